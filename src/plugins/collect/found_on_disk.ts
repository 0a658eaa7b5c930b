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
  return {
    kind: "file",
    executable: ((info.mode ?? 0) & 0o100) !== 0,
    size,
    open: (path) => fileStream(location, path, identity),
    openDirect: (path) => fileReader(location, path, identity),
  };
}
