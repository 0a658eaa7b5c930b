import { ioError } from "../../system/io_error.ts";
import { type HeldLock, lockIfThere } from "../../system/lock.ts";
import { type OpenFile, stampOf } from "../../system/open_file.ts";
import type { VolumeSet } from "./volumes/set.ts";

/** The bytes of a tar that is open, in one file or in several. One reading follows the other. */
export interface TarBytes extends Disposable {
  /** How many there are. */
  readonly size: number;
  /** Permission bits of the file or of the first volume, where the system knows such. */
  readonly mode: number | undefined;
  /** The volumes that they are in; absent when they are in one file. */
  readonly set?: VolumeSet;
  /**
   * Reads from a position on, until so many bytes came or the tar ends.
   *
   * @throws {Error} When it cannot be read, or a volume was replaced meanwhile.
   */
  read(offset: number, size?: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
  /**
   * Waits until no other process puts something else under the same name. Whoever calls it disposes the lock.
   *
   * @returns `undefined` when nothing is there any more.
   */
  lock(signal: AbortSignal | undefined): Promise<HeldLock | undefined>;
  /** Tells whether the same tar still stands where it was opened. */
  isCurrent(): Promise<boolean>;
}

/** The bytes of a tar in one file, which is closed with them. */
export function fileBytes(file: OpenFile, path: string): TarBytes {
  return {
    size: file.size,
    mode: file.mode,
    read: (offset, size) => file.read(offset, size),
    lock: (signal) => lockIfThere(path, { signal }),
    isCurrent: () => Promise.resolve(stampOf(path) === file.stamp),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

/** Reads so many bytes into memory, fewer only where the tar ends. */
export async function readRange(
  bytes: Pick<TarBytes, "read">,
  offset: number,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const range = new Uint8Array(size);
  let at = 0;
  for await (const piece of bytes.read(offset, size)) {
    range.set(piece, at);
    at += piece.byteLength;
  }
  return range.subarray(0, at);
}

/** Gives a file permission bits that another one had. */
export async function setMode(path: string, mode: number | undefined): Promise<void> {
  if (mode === undefined) return;
  await Deno.chmod(path, mode).catch((cause) => {
    throw ioError("write", path, cause);
  });
}
