import { type OpenFile as SystemFile, openNamedFile } from "../../../system/open_file.ts";

/** How large a file, or an object when it is unpacked, may be to be read into memory, in bytes. */
export const SIZE_LIMIT = 16 * 1024 * 1024;

/** A file that is read in pieces. */
export interface OpenGitFile {
  /** Size in bytes. */
  readonly size: number;
  /** Reads bytes from a place on; fewer than asked for where the file ends. */
  readAt(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Opens a file for as long as a function uses it. Gives `undefined` when there is no such regular file. */
export async function withFile<T>(path: string, use: (file: OpenGitFile) => T | Promise<T>): Promise<T | undefined> {
  const info = await statIfThere(path);
  if (info === undefined || !info.isFile) return undefined;
  using file = openNamedFile(path);
  return await use({ size: file.size, readAt: (offset, length) => readAt(file, offset, length) });
}

/**
 * Reads a small text file.
 *
 * @returns `undefined` when there is no such regular file.
 * @throws {RangeError} When it is larger than {@linkcode SIZE_LIMIT}.
 */
export async function readText(path: string): Promise<string | undefined> {
  return await withFile(path, (file) => {
    if (file.size > SIZE_LIMIT) throw new RangeError(`Cannot read "${path}": it has ${file.size} bytes`);
    return new TextDecoder().decode(file.readAt(0, file.size));
  });
}

/** Says what is at a path; `undefined` when there is nothing. */
export async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function readAt(file: SystemFile, offset: number, length: number): Uint8Array<ArrayBuffer> {
  // An index is searched a few bytes at a time; to wait for each of them costs ten times the reading.
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(bytes.subarray(filled), offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
