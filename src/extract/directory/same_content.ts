import { isSameInode } from "../../system/held_tree.ts";
import { ioError } from "../../system/io_error.ts";
import { type OpenFile, openFile } from "../../system/open_file.ts";

/** Files up to this size are read at once, which is much faster for many small ones. */
const AT_ONCE_SIZE = 64 * 1024;

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
export async function hasSameContent(staged: string, { path, at, info, signal }: FileInPlace): Promise<boolean> {
  const own = await Deno.lstat(staged);
  if (own.isSymlink || info.isSymlink) {
    return own.isSymlink && info.isSymlink && await Deno.readLink(staged) === await Deno.readLink(at());
  }
  if (!info.isFile || own.size !== info.size || isExecutable(own) !== isExecutable(info)) return false;
  try {
    using first = openKnown(staged, own);
    using second = openKnown(at(), info);
    return await haveSameBytes(first, second, signal);
  } catch (cause) {
    throw signal.aborted ? cause : ioError("read", path, cause);
  }
}

/** Opens the file that was looked at. */
function openKnown(path: string, expected: Deno.FileInfo): OpenFile {
  const file = openFile(path);
  if (file !== undefined && isSameInode(file.identity, expected)) return file;
  file?.[Symbol.dispose]();
  throw new Error("it is no longer the file that it was");
}

async function haveSameBytes(first: OpenFile, second: OpenFile, signal: AbortSignal): Promise<boolean> {
  const { size } = first;
  if (size <= AT_ONCE_SIZE) return isSameContent(bytesAt(first, 0, size), bytesAt(second, 0, size));
  let at = 0;
  for await (const piece of first.read()) {
    signal.throwIfAborted();
    if (!isSameContent(piece, bytesAt(second, at, piece.byteLength))) return false;
    at += piece.byteLength;
  }
  return at === second.size;
}

function bytesAt(file: OpenFile, offset: number, size: number): Uint8Array {
  const buffer = new Uint8Array(size);
  return buffer.subarray(0, size === 0 ? 0 : file.readSync(buffer, offset));
}

function isSameContent(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}

/** Windows has no such bit. */
function isExecutable({ mode }: Deno.FileInfo): boolean {
  return Deno.build.os !== "windows" && ((mode ?? 0) & 0o100) !== 0;
}
