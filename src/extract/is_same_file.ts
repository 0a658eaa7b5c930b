import fs from "node:fs";
import { promisify } from "node:util";
import { isSame } from "../system/held_tree.ts";
import { ioError } from "../system/io_error.ts";

/** Files up to this size are read at once, which is much faster for many small ones. */
const PIECE_SIZE = 64 * 1024;

/** A file or a link in the place of a staged one. */
export interface FileInPlace {
  /** What messages call it. */
  readonly path: string;
  /** Leads to it. */
  at(): string;
  /** What is there, links not followed. */
  readonly info: Deno.FileInfo;
  readonly signal: AbortSignal;
}

/**
 * Tells whether what is in place of a staged file or link is the same: the same bytes and the same executable bit, or
 * the same target.
 */
export async function isSameFile(staged: string, { path, at, info, signal }: FileInPlace): Promise<boolean> {
  const own = await Deno.lstat(staged);
  if (own.isSymlink || info.isSymlink) {
    return own.isSymlink && info.isSymlink && await Deno.readLink(staged) === await Deno.readLink(at());
  }
  if (!info.isFile || own.size !== info.size || isExecutable(own) !== isExecutable(info)) return false;
  if (own.size === 0) return true;
  try {
    using first = openFile(staged, own);
    using second = openFile(at(), info);
    return await haveSameBytes(first, second, { size: own.size, signal });
  } catch (cause) {
    throw signal.aborted ? cause : ioError("read", path, cause);
  }
}

interface OpenFile extends Disposable {
  /** Fills the buffer; less only at the end of the file. */
  fill(buffer: Uint8Array): Promise<number>;
}

/** Opens the file that was looked at. What has come in its place may be a pipe, for which opening would wait. */
function openFile(path: string, expected: Deno.FileInfo): OpenFile {
  // Windows has neither.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;
  const file = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  const { dev, ino } = fs.fstatSync(file);
  if (Deno.build.os !== "windows" && !isSame({ dev, ino }, expected)) {
    fs.closeSync(file);
    throw new Error("it is no longer the file that it was");
  }
  return {
    async fill(buffer): Promise<number> {
      let filled = 0;
      while (filled < buffer.byteLength) {
        const left = buffer.byteLength - filled;
        const count = expected.size <= PIECE_SIZE
          ? fs.readSync(file, buffer, filled, left, null)
          : (await read(file, buffer, filled, left, null)).bytesRead;
        if (count === 0) break;
        filled += count;
      }
      return filled;
    },
    [Symbol.dispose]: () => fs.closeSync(file),
  };
}

const read = promisify(fs.read);

async function haveSameBytes(
  first: OpenFile,
  second: OpenFile,
  { size, signal }: { readonly size: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const left = new Uint8Array(Math.min(size, PIECE_SIZE));
  const right = new Uint8Array(left.byteLength);
  while (true) {
    signal.throwIfAborted();
    const count = await first.fill(left);
    if (await second.fill(right) !== count) return false;
    if (count === 0) return true;
    for (let at = 0; at < count; at++) if (left[at] !== right[at]) return false;
  }
}

/** Windows has no such bit. */
function isExecutable({ mode }: Deno.FileInfo): boolean {
  return Deno.build.os !== "windows" && ((mode ?? 0) & 0o100) !== 0;
}
