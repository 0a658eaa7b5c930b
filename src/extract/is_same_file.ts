import { ioError } from "../system/io_error.ts";

const PIECE_SIZE = 64 * 1024;

/**
 * Tells whether what is at a path is the same as a staged file or link: the same bytes and the same executable bit, or
 * the same target.
 *
 * @param there What is at the path, links not followed.
 */
export async function isSameFile(staged: string, path: string, there: Deno.FileInfo): Promise<boolean> {
  const own = await Deno.lstat(staged);
  if (own.isSymlink || there.isSymlink) {
    return own.isSymlink && there.isSymlink && await Deno.readLink(staged) === await Deno.readLink(path);
  }
  if (!there.isFile || own.size !== there.size || isExecutable(own) !== isExecutable(there)) return false;
  try {
    return haveSameBytes(staged, path, Math.min(own.size, PIECE_SIZE));
  } catch (cause) {
    throw ioError("read", path, cause);
  }
}

function haveSameBytes(a: string, b: string, pieceSize: number): boolean {
  if (pieceSize === 0) return true;
  using first = Deno.openSync(a);
  using second = Deno.openSync(b);
  const left = new Uint8Array(pieceSize);
  const right = new Uint8Array(pieceSize);
  while (true) {
    const count = fill(first, left);
    if (fill(second, right) !== count) return false;
    if (count === 0) return true;
    for (let at = 0; at < count; at++) if (left[at] !== right[at]) return false;
  }
}

function fill(file: Deno.FsFile, buffer: Uint8Array): number {
  let filled = 0;
  while (filled < buffer.byteLength) {
    const count = file.readSync(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

/** Windows has no such bit. */
function isExecutable({ mode }: Deno.FileInfo): boolean {
  return Deno.build.os !== "windows" && ((mode ?? 0) & 0o100) !== 0;
}
