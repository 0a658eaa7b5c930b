import { constants, createZstdCompress } from "node:zlib";
import { through } from "../oci/bytes/through.ts";

/**
 * Compresses bytes with zstd.
 *
 * The same bytes and level give the same result on every processor, but only with the same version of the zstd
 * library, and so of Deno: another one may write other bytes.
 *
 * @param level 1 (fast) to 19 (small); 3 is the library's own default.
 * @throws {RangeError} When the level is not 1 to 19.
 * @throws {Error} When this version of Deno has no zstd.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8878 | RFC 8878, Zstandard}
 */
export function zstd(
  bytes: AsyncIterable<Uint8Array>,
  { level = 3 }: { readonly level?: number } = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  if (!Number.isInteger(level) || level < 1 || level > 19) {
    throw new RangeError(`Cannot compress with zstd level ${level}: it must be 1 to 19`);
  }
  // Deno 2.6 has the functions, but nothing behind them.
  if (constants.ZSTD_c_compressionLevel === undefined) {
    throw new Error(`Cannot compress with zstd: Deno ${Deno.version.deno} has none`);
  }
  return owned(through(bytes, () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } })));
}

/** Gives each piece a buffer of its own, so that it can be given away. */
async function* owned(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  for await (const piece of pieces) yield new Uint8Array(piece);
}
