/** What the tests of collectors share. */
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Context } from "../../../src/pipeline/context.ts";
import type { Entry } from "../../../src/pipeline/entry.ts";
import { collectBytes } from "../../support/collect_bytes.ts";

/** A context that remembers messages and keeps scratch bytes in memory. */
export interface CollectContext extends Context {
  readonly infos: readonly string[];
}

/** Makes a context for a test. */
export function collectContext(signal: AbortSignal = new AbortController().signal): CollectContext {
  const infos: string[] = [];
  return {
    signal,
    infos,
    log: { debug: () => {}, info: (message) => infos.push(message), warn: () => {} },
    progress: () => {},
    scratch: {
      keep: async ({ mediaType }, bytes) => bytesContent(mediaType, await collectBytes(bytes)),
    },
  };
}

/** An entry with what is in it, short enough to compare: `d/`, `d/x = text`, `run* = #!/bin/sh`. */
export async function describeEntries(entries: readonly Entry[]): Promise<readonly string[]> {
  const described: string[] = [];
  for (const entry of entries) {
    const bytes = await collectBytes(entry.open());
    if (bytes.byteLength !== entry.size) throw new Error(`${entry.path} has ${bytes.byteLength}, not ${entry.size}`);
    described.push(
      entry.kind === "directory"
        ? `${entry.path}/`
        : `${entry.path}${entry.executable ? "*" : ""} = ${new TextDecoder().decode(bytes)}`,
    );
  }
  return described;
}
