import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { compressionOf, decompress } from "../../../src/oci/bytes/decompress.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { binaryLike, inPieces, textLike } from "../../support/sample_bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const HAS_ZSTD = constants.ZSTD_d_windowLogMax !== undefined;
/** "x", compressed by the zstd command. */
const ZSTD_X = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x09, 0, 0, 0x78, 0x23, 0x11, 0x04, 0x83);

const STARTS: readonly (readonly [start: string, compression: string | undefined])[] = [
  ["", undefined],
  ["\x1f", undefined],
  ["\x1f\x8b", "gzip"],
  ["\x1f\x8b\x08and more", "gzip"],
  ["\x28\xb5\x2f", undefined],
  ["\x28\xb5\x2f\xfd", "zstd"],
  ["\xfd7zXZ", undefined],
  ["\xfd7zXZ\0", "xz"],
  ["BZh91AY&S", undefined],
  ["BZh91AY&SY", "bzip2"],
  ["BZh9", undefined],
  ["plain text", undefined],
];

for (const [start, compression] of STARTS) {
  Deno.test(`compressionOf() says ${compression} when the bytes begin with ${JSON.stringify(start)}`, () => {
    assert.equal(compressionOf(latin1(start)), compression);
  });
}

for (const [start] of STARTS.filter(([, compression]) => compression === undefined)) {
  Deno.test(`decompress() passes bytes as they are when they are ${JSON.stringify(start)}`, async () => {
    for (const size of [1, 3, 100]) {
      assert.deepEqual(await collectBytes(decompress(inPieces(latin1(start), size))), latin1(start));
    }
  });
}

Deno.test("decompress() undoes gzip, one member or several, in any pieces", async () => {
  const bytes = textLike(300_000);
  const one = new Uint8Array(gzipSync(bytes));
  const two = await collectBytes([gzipSync(bytes.subarray(0, 100_000)), gzipSync(bytes.subarray(100_000))]);
  const sizes = fc.array(fc.integer({ min: 50, max: 100_000 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(one, two), sizes, async (packed, sizes) => {
      const found = await collectBytes(decompress(inPieces(packed, ...sizes)));
      assert.ok(Buffer.from(found).equals(bytes));
    }),
    { numRuns: 30 },
  );
  assert.deepEqual(await collectBytes(decompress(inPieces(new Uint8Array(gzipSync("short")), 1))), latin1("short"));
});

if (HAS_ZSTD) {
  Deno.test("decompress() undoes zstd", async () => {
    assert.deepEqual(await collectBytes(decompress(inPieces(ZSTD_X, 1))), latin1("x"));
    const bytes = binaryLike(3_000_000);
    const packed = new Uint8Array(zstdCompressSync(bytes));
    assert.ok(Buffer.from(await collectBytes(decompress(inPieces(packed, 70_000)))).equals(bytes));
  });
} else {
  Deno.test("decompress() says that this version of Deno has no zstd when it has none", async () => {
    await assert.rejects(
      collectBytes(decompress(inPieces(ZSTD_X, 5))),
      new Error("It is compressed with zstd, which this version of Deno cannot undo"),
    );
  });
}

for (const [compression, start] of [["xz", "\xfd7zXZ\0"], ["bzip2", "BZh91AY&SY"]] as const) {
  Deno.test(`decompress() names ${compression} when the bytes are compressed with it`, async () => {
    const bytes = latin1(`${start}...`);
    await assert.rejects(
      collectBytes(decompress(inPieces(bytes, 1))),
      new Error(`It is compressed with ${compression}`),
    );
  });
}

const DAMAGE = /^Error: Its compressed bytes are damaged, or something else stands behind them$/;
const DAMAGED: readonly (readonly [state: string, damage: (packed: Bytes) => Bytes, why: RegExp])[] = [
  ["end too early", (packed) => packed.slice(0, -12), /^Error: Its compressed bytes end too early$/],
  ["have a wrong checksum", (packed) => (packed.set([1, 2, 3, 4], packed.byteLength - 8), packed), DAMAGE],
  ["are damaged", (packed) => packed.with(3, 0xff), DAMAGE],
  ["have something else behind them", (packed) => new Uint8Array([...packed, 1, 2, 3]), DAMAGE],
];

for (const [state, damage, why] of DAMAGED) {
  Deno.test(`decompress() fails when gzip bytes ${state}`, async () => {
    const packed = damage(new Uint8Array(gzipSync(textLike(10_000))));
    await assert.rejects(collectBytes(decompress(inPieces(packed, 1000))), why);
  });
}

for (
  const [how, bytes] of [["plain", textLike(500_000)], ["gzip", new Uint8Array(gzipSync(binaryLike(900_000)))]] as const
) {
  Deno.test(`decompress() ends its bytes when the reader of ${how} bytes stops`, async () => {
    let ended = false;
    async function* watched(): AsyncGenerator<Bytes> {
      try {
        yield* inPieces(bytes, 10_000);
      } finally {
        ended = true;
      }
    }
    for await (const _piece of decompress(watched())) break;
    assert.ok(ended);
  });

  Deno.test(`decompress() passes the error of ${how} bytes on`, async () => {
    const error = new Error("Cannot read");
    async function* failing(): AsyncGenerator<Bytes> {
      yield bytes.slice(0, 100_000);
      await Promise.resolve();
      throw error;
    }
    await assert.rejects(collectBytes(decompress(failing())), error);
  });
}

function latin1(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
