import type { Context } from "../../pipeline/context.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { Collector } from "../../pipeline/plugin.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Source } from "../../pipeline/values.ts";

/** What a file is while it is kept: nothing is known of it. */
const FILE_MEDIA_TYPE = "application/octet-stream";

/** Where standard input comes from, and what it is called. */
export interface StdinOptions {
  /** The path of the entry. */
  readonly name: string;
  /** Gives the bytes. Called once, when the stage runs. */
  readonly read: () => ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Collects standard input as one file. Its size is not known before its end, so it is kept in the context's scratch. */
export function stdin({ name, read }: StdinOptions): Collector {
  return {
    name: "stdin",
    async collect(_source: Source, context: Context): Promise<readonly Entry[]> {
      const bytes = read().pipeThrough(new TransformStream(), { signal: context.signal });
      const { descriptor: { size }, open } = await context.scratch.keep({ mediaType: FILE_MEDIA_TYPE }, bytes);
      if (size === 0) throw new SourceError("Cannot publish standard input: it is empty");
      return [{ path: name, kind: "file", executable: false, size, open }];
    },
  };
}
