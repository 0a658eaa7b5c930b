import { constants, deflateRawSync } from "node:zlib";

/** A part of a deflate stream that can be compressed when the parts before it are not. */
export interface DeflateBlock {
  /** What to compress: at most 1 MiB. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The last 32 KiB before `bytes`, which the compressed block may refer to. */
  readonly dictionary: Uint8Array<ArrayBuffer>;
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** Whether the stream ends here. */
  readonly last: boolean;
}

/** How many bytes a block holds. The compressed bytes depend on it, so it never changes. */
export const DEFLATE_BLOCK_SIZE = 1024 * 1024;

/** As far back as deflate can refer. */
export const DEFLATE_DICTIONARY_SIZE = 32 * 1024;

/**
 * Compresses one block. The results of all blocks of a stream, one after the other, are one raw deflate stream.
 *
 * @returns Bytes in a buffer of their own.
 * @throws {RangeError} When the level is none.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1951 | RFC 1951, DEFLATE}
 */
export function deflateBlock({ bytes, dictionary, level, last }: DeflateBlock): Uint8Array<ArrayBuffer> {
  const deflated = deflateRawSync(bytes, {
    level,
    windowBits: 15,
    memLevel: 8,
    strategy: constants.Z_DEFAULT_STRATEGY,
    // Everything goes out in one call. If the room ended within the flush, zlib would write the marker twice.
    chunkSize: 1.25 * DEFLATE_BLOCK_SIZE,
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    ...(dictionary.byteLength === 0 ? {} : { dictionary }),
  });
  return new Uint8Array(deflated);
}
