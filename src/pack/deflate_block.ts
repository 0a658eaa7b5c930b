import { constants, deflateRawSync } from "node:zlib";

/** A part of a deflate stream that is compressed without the parts before it. */
export interface DeflateBlock {
  /** What to compress: at most 1 MiB. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** Whether the stream ends here. */
  readonly last: boolean;
}

/** How many bytes a block holds. The compressed bytes depend on it, so it never changes. */
export const DEFLATE_BLOCK_SIZE = 1024 * 1024;

/**
 * Room for a compressed block, so that zlib needs no second buffer: if a buffer ended within the flush, zlib would
 * write the flush marker twice. Bytes that cannot be compressed grow by an eighth at most.
 */
const ROOM = 1.25 * DEFLATE_BLOCK_SIZE;

/**
 * Compresses one block. The results of all blocks of a stream, one after the other, are one raw deflate stream.
 *
 * @param block What to compress; the buffer of its `bytes` is detached, and so given back to the system.
 * @returns Bytes in a buffer of their own.
 * @throws {RangeError} When the level is none.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1951 | RFC 1951, DEFLATE}
 */
export function deflateBlock({ bytes, level, last }: DeflateBlock): Uint8Array<ArrayBuffer> {
  // No dictionary of the block before, which would save half a percent: Deno 2.6 to 2.9 ignore that option when they
  // compress, and the version that no longer does would change the digest of every layer.
  const deflated = deflateRawSync(bytes, {
    level,
    windowBits: 15,
    memLevel: 8,
    strategy: constants.Z_DEFAULT_STRATEGY,
    chunkSize: ROOM,
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
  });
  const own = new Uint8Array(deflated);
  // Given back at once: left to the garbage collector, buffers of this size pile up to 50 MB in each worker.
  bytes.buffer.transfer(0);
  if (deflated.buffer instanceof ArrayBuffer && deflated.buffer.byteLength === ROOM) deflated.buffer.transfer(0);
  return own;
}
