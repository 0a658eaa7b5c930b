import { withBacking } from "../../pipeline/backing.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { SourceError } from "../../pipeline/source_error.ts";

/** What a file is while it is kept: nothing is known of it. */
const FILE_MEDIA_TYPE = "application/octet-stream";

/** Where standard input comes from. */
export interface StdinMeans {
  /** Gives the bytes. Called once, when the stage runs. */
  readonly read: () => ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What standard input is called. */
export interface StdinChoice {
  /** The path of the entry. */
  readonly name: string;
}

/**
 * Collects standard input as one file. Its size is not known before its end, so it is kept in the context's scratch.
 */
export function stdin({ read }: StdinMeans): Factory<"collect", StdinChoice> {
  return (kit) =>
    kit.plugin({
      name: "stdin",
      version: "1.0.0",
      apiVersion: 1,
      stage: "collect",
      description: "Takes standard input as one file.",
      options: kit.z.strictObject({
        name: kit.z.string().min(1).default("stdin.yaml").describe("What it is called in the artifact."),
      }),
      async run(_source, { name }, { scratch, signal }): Promise<StageIO["collect"]["out"]> {
        const bytes = read().pipeThrough(new TransformStream(), { signal });
        const { descriptor: { size, digest }, open } = await scratch.keep({ mediaType: FILE_MEDIA_TYPE }, bytes);
        if (size === 0) throw new SourceError("Cannot publish standard input: it is empty");
        const entry: Entry = { path: name, kind: "file", executable: false, size, open };
        return { entries: [withBacking(entry, { stamp: () => digest })] };
      },
    });
}
