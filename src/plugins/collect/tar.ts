import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { filePieces } from "../../system/open_file.ts";
import { readingError } from "./reading_error.ts";
import { type SymlinkChoice, symlinkChoice } from "./symlink_choice.ts";
import { readTarTree } from "./tar_tree.ts";
import { walk, type WalkOptions } from "./walk.ts";

/** Where a tar comes from, and what of it nobody needs. */
export interface TarMeans extends Pick<WalkOptions, "prune"> {
  /** Gives the bytes of the tar. Called once, when the stage runs. The file that the source names when left out. */
  readonly open?: () => ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Collects the tree in a tar, plain or compressed with gzip or zstd: the same entries that the tree itself would give.
 *
 * Symbolic links are resolved inside the tar. Hard links are the files that they name.
 */
export function tar({ open, prune }: TarMeans = {}): Factory<"collect", SymlinkChoice> {
  return (kit) =>
    kit.plugin({
      name: "tar",
      version: "1.0.0",
      apiVersion: 1,
      stage: "collect",
      description: "Finds the files and directories in a tar, plain or compressed with gzip or zstd.",
      options: symlinkChoice(kit),
      async run({ location }, { symlinks }, context): Promise<StageIO["collect"]["out"]> {
        const archive = open === undefined ? openTar(location) : open();
        const options = { symlinks, ...(prune === undefined ? {} : { prune }) };
        return { entries: await walk(await readTarTree(archive, location, context), location, options, context) };
      },
    });
}

function openTar(location: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  try {
    return ReadableStream.from(filePieces(location));
  } catch (error) {
    throw readingError(location, error);
  }
}
