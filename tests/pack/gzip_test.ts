import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { gzip, type GzipOptions } from "../../src/pack/gzip.ts";
import { binaryLike, inPieces, textLike } from "../support/sample_bytes.ts";
import { collectBytes } from "../support/collect_bytes.ts";

const MEBIBYTE = 1024 * 1024;

for (const size of [0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 2 * MEBIBYTE, 3.5 * MEBIBYTE]) {
  Deno.test(`gzip() writes what decoders read when there are ${size} bytes`, async () => {
    const bytes = textLike(size);
    const packed = await collectBytes(gzip(inPieces(bytes, 100_000), { level: 1, workers: 2 }));
    assert.deepEqual(new Uint8Array(gunzipSync(packed)), bytes);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    assert.deepEqual(await collectBytes(stream), bytes);
  });
}

Deno.test("gzip() writes what decoders read when the bytes cannot be compressed", async () => {
  const bytes = new Uint8Array(2.5 * MEBIBYTE);
  for (let at = 0; at < bytes.byteLength; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  for (const level of [1, 6, 9]) {
    const packed = await collectBytes(gzip(inPieces(bytes, 100_000), { level }));
    assert.ok(gunzipSync(packed).equals(bytes), `level ${level}`);
    assert.ok(packed.byteLength < 1.14 * bytes.byteLength, `level ${level}: ${packed.byteLength} bytes`);
  }
});

Deno.test("gzip() writes a header without name, time and system when it starts, checksum and size at the end", async () => {
  const bytes = textLike(1000);
  const packed = await collectBytes(gzip(inPieces(bytes, 1000)));
  assert.deepEqual([...packed.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const trailer = new DataView(packed.buffer, packed.byteLength - 8);
  assert.deepEqual([trailer.getUint32(0, true), trailer.getUint32(4, true)], [crc32(bytes), 1000]);
});

Deno.test("gzip() writes the same bytes when the input comes in any pieces and with any number of workers", async () => {
  const bytes = new Uint8Array([...textLike(1.5 * MEBIBYTE), ...binaryLike(1.2 * MEBIBYTE)]);
  for (const level of [1, 9]) {
    const expected = await collectBytes(gzip(inPieces(bytes, bytes.byteLength), { level }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1000, max: bytes.byteLength }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 4 }),
        async (sizes, workers) => {
          const packed = await collectBytes(gzip(inPieces(bytes, ...sizes), { level, workers }));
          assert.ok(Buffer.from(packed).equals(expected));
        },
      ),
      { numRuns: 6 },
    );
  }
});

Deno.test("gzip() is as small as zlib, which writes one stream, when there are many chunks", async () => {
  const bytes = textLike(4 * MEBIBYTE);
  const packed = await collectBytes(gzip(inPieces(bytes, bytes.byteLength), { level: 9 }));
  assert.ok(packed.byteLength < gzipSync(bytes, { level: 9 }).byteLength);
});

for (const level of [0, 10, 1.5, -1, NaN]) {
  Deno.test(`gzip() refuses level ${level}`, () => {
    assert.throws(
      () => gzip(inPieces(textLike(1), 1), { level }),
      new RangeError(`Cannot compress with gzip level ${level}: it must be 1 to 9`),
    );
  });
}

const PLACES: readonly (readonly [where: string, options: GzipOptions])[] = [
  ["in this thread", { level: 1, workers: 0 }],
  ["in workers", { level: 1, workers: 2 }],
];
for (const [where, options] of PLACES) {
  Deno.test(`gzip() passes the error of its input on when it compresses ${where}`, async () => {
    const error = new Error("Cannot read");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield textLike(3.5 * MEBIBYTE);
      throw error;
    }
    await assert.rejects(collectBytes(gzip(failing(), options)), error);
  });

  Deno.test(`gzip() ends its input when the reader stops and it compresses ${where}`, async () => {
    const block = textLike(MEBIBYTE);
    let blocks = 0;
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;; blocks++) yield block;
      } finally {
        ended = true;
      }
    }
    let pieces = 0;
    for await (const _piece of gzip(endless(), options)) if (++pieces === 3) break;
    assert.ok(ended);
    // What is in flight is bounded: seven blocks per worker, one that is cut, and those that were read.
    assert.ok(blocks <= 18, `${blocks} blocks were read`);
  });
}
