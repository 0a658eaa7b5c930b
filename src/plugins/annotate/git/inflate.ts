import { constants, inflateSync } from "node:zlib";

/**
 * Unpacks a zlib stream of which the unpacked size is known. What follows the stream is not looked at.
 *
 * @throws {Error} When the stream is damaged or gives another size.
 */
export function inflate(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const unpacked = inflateSync(bytes, { maxOutputLength: Math.max(size, 1) });
  if (unpacked.byteLength !== size) {
    throw new Error(`Cannot unpack object: it has not the ${size} bytes that it should`);
  }
  return new Uint8Array(unpacked);
}

/** Unpacks what the first bytes of a zlib stream give. */
export function inflateStart(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }));
}

/** How many bytes zlib at most makes of so many, whatever its level. */
export function deflatedLimit(size: number): number {
  return size + Math.ceil(size / 8) + Math.ceil(size / 64) + 64;
}
