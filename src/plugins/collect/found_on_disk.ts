import { fileKind } from "../../system/file_kind.ts";
import { fileReader } from "./file_reader.ts";
import { fileStream } from "./file_stream.ts";
import type { Found } from "./tree.ts";

/** Says what is at a place on disk that is no symbolic link. */
export function foundOnDisk(location: string, info: Deno.FileInfo): Found {
  if (info.isDirectory) return { kind: "directory" };
  if (!info.isFile) return { kind: "unfit", why: `it is ${fileKind(info)}` };
  // Only this much of the information is held for as long as the entry.
  const { dev, ino, size, mtime } = info;
  const identity = { dev, ino, size, mtime };
  const changed = settledChange(info);
  return {
    kind: "file",
    executable: ((info.mode ?? 0) & 0o100) !== 0,
    size,
    open: (path) => fileStream(location, path, identity),
    backing: (path) => ({
      openDirect: () => fileReader(location, path, identity),
      stamp: () => changed === undefined ? undefined : `file ${[dev, ino, size, mtime?.getTime(), changed].join(" ")}`,
    }),
  };
}

/** The coarsest clock of a file system, that of FAT, in milliseconds. */
const CLOCK_STEP = 2000;

/**
 * When a file was changed last, in milliseconds since 1970: its bytes, its name or its mode. Unlike the time of
 * modification, nobody can set it. `undefined` when it was so short a time ago that the next change may get the same
 * time, which git calls racily clean; and on systems that do not number their files.
 */
function settledChange({ ino, ctime }: Deno.FileInfo): number | undefined {
  const changed = ctime?.getTime();
  if (ino === null || changed === undefined) return undefined;
  return Date.now() - changed >= CLOCK_STEP ? changed : undefined;
}
