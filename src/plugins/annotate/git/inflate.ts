import { constants, inflateSync, type ZlibOptions } from "node:zlib";

/**
 * Unpacks a zlib stream of which the unpacked size is known. What follows the stream is not looked at.
 *
 * @throws {Error} When the stream is damaged or gives another size.
 */
export function inflate(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const unpacked = unpack(bytes, { maxOutputLength: Math.max(size, 1) });
  if (unpacked.byteLength !== size) throw damaged();
  return unpacked;
}

/**
 * Unpacks what the first bytes of a zlib stream give.
 *
 * @throws {Error} When they are damaged.
 */
export function inflateStart(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return unpack(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

function unpack(bytes: Uint8Array, options: ZlibOptions): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(inflateSync(bytes, options));
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): Error {
  return new Error("Cannot unpack a git object: it is damaged", { cause });
}

/** How many bytes zlib at most makes of so many, whatever its level. */
export function deflatedLimit(size: number): number {
  return size + Math.ceil(size / 8) + Math.ceil(size / 64) + 64;
}
