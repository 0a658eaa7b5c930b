/** What the tests of collectors share. */
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Context } from "../../../src/work/context.ts";
import type { Entry } from "../../../src/pipeline/entry.ts";
import type { Factory } from "../../../src/pipeline/plugin.ts";
import type { Source } from "../../../src/pipeline/values.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { runBuiltIn } from "../../support/prepared.ts";

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

/** Runs a collect plugin on a source. */
export async function collected<O>(
  factory: Factory<"collect", O>,
  options: Partial<O>,
  input: Source,
  context: Context,
): Promise<readonly Entry[]> {
  return (await runBuiltIn(factory, { options, input, context }))?.entries ?? [];
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
