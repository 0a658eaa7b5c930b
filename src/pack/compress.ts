import type { Compression } from "./compression.ts";
import { gzip, type GzipOptions } from "./gzip.ts";
import { zstd } from "./zstd.ts";

/**
 * Compresses bytes.
 *
 * The same bytes and options give the same result: with `none` and with `gzip` everywhere, with `zstd` under one
 * version of Deno.
 *
 * @throws {RangeError} When there is no such level.
 * @throws {Error} When this version of Deno has no zstd.
 */
export function compress(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  compression: Compression & Pick<GzipOptions, "takeBack">,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  switch (compression.kind) {
    case "gzip":
      return gzip(bytes, compression);
    case "zstd":
      return zstd(bytes, compression);
    case "none":
      return bytes;
  }
}
