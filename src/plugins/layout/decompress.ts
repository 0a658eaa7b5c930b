import type { Buffer } from "node:buffer";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { coalesce } from "../../oci/coalesce.ts";

const PIECE_SIZE = 256 * 1024;

/**
 * Passes bytes on, decompressed when they begin as gzip or zstd does.
 *
 * @throws {Error} When the compressed bytes are damaged or end too early, or this version of Deno has no zstd.
 */
export async function* decompress(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const pieces = coalesce(bytes, PIECE_SIZE);
  try {
    const first = await pieces.next();
    if (first.done === true) return;
    const decompressor = decompressorFor(first.value);
    const whole = prepend(first.value, pieces);
    yield* decompressor === undefined ? whole : through(whole, decompressor);
  } finally {
    await pieces.return();
  }
}

/** Tells by the first bytes of a file how it is compressed; `undefined` when it is not. */
export function compressionOf(bytes: Uint8Array): "gzip" | "zstd" | undefined {
  const begins = (...magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte);
  return begins(0x1f, 0x8b) ? "gzip" : begins(0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : undefined;
}

function decompressorFor(bytes: Uint8Array): Duplex | undefined {
  const compression = compressionOf(bytes);
  if (compression === undefined) return undefined;
  if (compression === "gzip") return createGunzip();
  // Deno 2.6 has the function, but nothing behind it.
  if (constants.ZSTD_d_windowLogMax === undefined) {
    throw new Error(`this version of Deno, ${Deno.version.deno}, has no zstd`);
  }
  return createZstdDecompress();
}

async function* prepend<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T, void, void> {
  yield first;
  yield* rest;
}

async function* through(
  bytes: AsyncIterable<Uint8Array>,
  decompressor: Duplex,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  // It fails together with the decompressor, and the loop throws what the decompressor fails with.
  const done = pipeline(Readable.from(bytes), decompressor).catch(() => {});
  try {
    for await (const chunk of decompressor as AsyncIterable<Buffer>) yield new Uint8Array(chunk);
  } finally {
    await done;
  }
}
