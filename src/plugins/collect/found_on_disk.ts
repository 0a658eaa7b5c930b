import { fileStream } from "./file_stream.ts";
import type { Found } from "./tree.ts";

/** Says what is at a place on disk that is no symbolic link. */
export function foundOnDisk(location: string, info: Deno.FileInfo): Found {
  if (info.isDirectory) return { kind: "directory" };
  if (!info.isFile) return { kind: "unfit", why: `it is ${nameKind(info)}` };
  // Only this much of the information is held for as long as the entry.
  const { size, mtime, ino } = info;
  return {
    kind: "file",
    executable: ((info.mode ?? 0) & 0o100) !== 0,
    size,
    open: (path) => fileStream(location, path, { size, mtime, ino }),
  };
}

function nameKind(info: Deno.FileInfo): string {
  if (info.isFifo) return "a named pipe";
  if (info.isSocket) return "a socket";
  if (info.isBlockDevice || info.isCharDevice) return "a device";
  return "neither a file nor a directory";
}
