import type { Duplex } from "node:stream";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { through } from "./through.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A way to compress that is known by the first bytes. */
export type KnownCompression = "gzip" | "zstd" | "xz" | "bzip2";

/** How compressed bytes begin, one character a byte. */
const MAGIC: readonly (readonly [compression: KnownCompression, magic: string])[] = [
  ["gzip", "\x1f\x8b"],
  ["zstd", "\x28\xb5\x2f\xfd"],
  ["xz", "\xfd7zXZ\0"],
  // The header alone, "BZh9", could begin a name, and with it a tar.
  ["bzip2", "BZh91AY&SY"],
];
const LONGEST_MAGIC = 10;

/**
 * Undoes the compression that the first bytes show: gzip or zstd. Other bytes pass as they are.
 *
 * @throws {Error} When the compressed bytes are damaged or end too early, or when they are compressed in a way that
 * cannot be undone: xz, bzip2, and zstd under Deno 2.6.
 */
export async function* decompress(bytes: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
  const pieces = withLongStart(bytes);
  try {
    const first = await pieces.next();
    if (first.done === true) return;
    const compression = compressionOf(first.value);
    const whole = prepend(first.value, pieces);
    if (compression === undefined) yield* whole;
    else yield* explained(through(whole, () => decompressorFor(compression)));
  } finally {
    await pieces.return();
  }
}

/** Tells by the first bytes of a file how it is compressed; `undefined` when it is not, or in no way known here. */
export function compressionOf(bytes: Uint8Array): KnownCompression | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, LONGEST_MAGIC));
  return MAGIC.find(([, magic]) => start.startsWith(magic))?.[0];
}

/** Tells whether this version of Deno can undo zstd: Deno 2.6 has the function, but nothing behind it. */
export function knowsZstd(): boolean {
  return constants.ZSTD_d_windowLogMax !== undefined;
}

/** Each piece goes through a stream of Node, which takes longer than to undo the 16 KiB that one has by default. */
const PIECE_SIZE = 256 * 1024;

function decompressorFor(compression: KnownCompression): Duplex {
  if (compression === "gzip") return createGunzip({ chunkSize: PIECE_SIZE });
  if (compression !== "zstd") throw new Error(`It is compressed with ${compression}`);
  if (!knowsZstd()) throw new Error("It is compressed with zstd, which this version of Deno cannot undo");
  return createZstdDecompress();
}

/** Says what is wrong with compressed bytes in words of our own. */
async function* explained(bytes: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
  try {
    yield* bytes;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "Z_BUF_ERROR") throw new Error("Its compressed bytes end too early", { cause });
    if (code !== "Z_DATA_ERROR") throw cause;
    throw new Error("Its compressed bytes are damaged, or something else stands behind them", { cause });
  }
}

/** The same bytes; the first piece is long enough for {@linkcode compressionOf}, if there are so many. */
export async function* withLongStart(bytes: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
  let start: Bytes | undefined = new Uint8Array(0);
  for await (const piece of bytes) {
    if (start === undefined) {
      yield piece;
      continue;
    }
    start = start.byteLength === 0 ? piece : concat(start, piece);
    if (start.byteLength < LONGEST_MAGIC) continue;
    yield start;
    start = undefined;
  }
  if (start !== undefined && start.byteLength > 0) yield start;
}

function concat(a: Bytes, b: Bytes): Bytes {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

async function* prepend(first: Bytes, rest: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
  yield first;
  yield* rest;
}
