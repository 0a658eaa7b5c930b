import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Context, ProgressUpdate } from "../../src/work/context.ts";

/** A context that remembers what it is told, and keeps scratch bytes in memory. */
export interface TestContext extends Context {
  readonly warnings: readonly string[];
  readonly updates: readonly ProgressUpdate[];
}

/** Makes a context for a test. */
export function testContext(signal: AbortSignal = new AbortController().signal): TestContext {
  const warnings: string[] = [];
  const updates: ProgressUpdate[] = [];
  return {
    signal,
    log: { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) },
    progress: (update) => updates.push(update),
    scratch: {
      keep: async (describe, bytes) => {
        const { mediaType, ...more } = describe;
        return bytesContent(mediaType, await new Response(ReadableStream.from(bytes)).bytes(), more);
      },
    },
    warnings,
    updates,
  };
}
