import { crc32 } from "node:zlib";
import { GZIP_LEVEL } from "./compression.ts";
import { deflateChunks, type DeflateOptions } from "./deflate/deflate_chunks.ts";

/** How hard and with how many hands to compress. */
export interface GzipOptions {
  /** 1 (fast) to 9 (small), {@linkcode GZIP_LEVEL} when left out. */
  readonly level?: number;
  /** How many workers to use at most; 0, which is the default, compresses in this thread. */
  readonly workers?: number;
  /** Says that the pieces are chunks that are given away: see {@linkcode DeflateOptions.takeBack}. */
  readonly takeBack?: DeflateOptions["takeBack"];
}

/** Deflate, no name, no time, no extra flags, operating system unknown: as Go's `compress/gzip` writes it. */
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] as const;

/**
 * Compresses bytes with gzip, so that the same bytes and level always give the same result: however they are cut into
 * pieces, with any number of workers, on any processor, and under any version of Deno. docs/gzip.md promises it.
 *
 * Memory stays flat: a few chunks of 1 MiB for each worker.
 *
 * @throws {RangeError} When the level is not 1 to 9.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1952 | RFC 1952, GZIP}
 */
export function gzip(
  bytes: AsyncIterable<Uint8Array>,
  { level = GZIP_LEVEL, workers = 0, takeBack }: GzipOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  if (!Number.isInteger(level) || level < 1 || level > 9) {
    throw new RangeError(`Cannot compress with gzip level ${level}: it must be 1 to 9`);
  }
  return write(bytes, { level, workers, ...(takeBack === undefined ? {} : { takeBack }) });
}

async function* write(
  bytes: AsyncIterable<Uint8Array>,
  options: DeflateOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let checksum = 0;
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of bytes) {
      checksum = crc32(piece, checksum);
      size += piece.byteLength;
      yield piece;
    }
  }
  yield Uint8Array.from(HEADER);
  yield* deflateChunks(counted(), options);
  yield trailer(checksum, size);
}

function trailer(checksum: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, checksum, true);
  view.setUint32(4, size, true); // modulo 2^32, as the format has it
  return bytes;
}
