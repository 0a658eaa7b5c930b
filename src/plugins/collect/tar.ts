import type { Context } from "../../pipeline/context.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { Collector } from "../../pipeline/plugin.ts";
import type { Source } from "../../pipeline/values.ts";
import { readingError } from "./reading_error.ts";
import { readTarTree } from "./tar_tree.ts";
import { walk, type WalkOptions } from "./walk.ts";

/** How to collect a tar. */
export interface TarOptions extends WalkOptions {
  /** Gives the bytes of the tar. Called once, when the stage runs. The file that the source names when left out. */
  readonly open?: () => ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Collects the tree in a tar, plain or compressed with gzip or zstd: the same entries that the tree itself would give.
 *
 * Symbolic links are resolved inside the tar. Hard links are the files that they name.
 */
export function tar(options: TarOptions): Collector {
  return {
    name: "tar",
    async collect({ location }: Source, context: Context): Promise<readonly Entry[]> {
      const archive = options.open === undefined ? await openFile(location) : options.open();
      return await walk(await readTarTree(archive, location, context), location, options, context);
    },
  };
}

async function openFile(location: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  try {
    return (await Deno.open(location)).readable;
  } catch (error) {
    throw readingError(location, error);
  }
}
