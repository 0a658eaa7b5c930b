import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, zstdDecompressSync } from "node:zlib";
import { zstd } from "../../src/pack/zstd.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { binaryLike, inPieces, textLike } from "../support/sample_bytes.ts";

const MEBIBYTE = 1024 * 1024;
const SUPPORTED = constants.ZSTD_c_compressionLevel !== undefined;

/** Declares a test of what newer versions of Deno can do. The oldest has a test of its own: that it says it cannot. */
function zstdTest(name: string, fn: () => Promise<void>): void {
  if (SUPPORTED) Deno.test(name, fn);
}

for (const size of [0, 1, 128 * 1024, 3 * MEBIBYTE + 1]) {
  zstdTest(`zstd() writes what a decoder reads when there are ${size} bytes`, async () => {
    const bytes = binaryLike(size);
    const packed = await collectBytes(zstd(inPieces(bytes, 70_000)));
    assert.ok(zstdDecompressSync(packed).equals(bytes));
  });
}

zstdTest("zstd() writes the same bytes when the input comes in any pieces", async () => {
  const bytes = textLike(2 * MEBIBYTE);
  for (const level of [1, 3, 12]) {
    const expected = await collectBytes(zstd(inPieces(bytes, bytes.byteLength), { level }));
    for (const sizes of [[1000], [65536, 7], [MEBIBYTE, 1]]) {
      const packed = await collectBytes(zstd(inPieces(bytes, ...sizes), { level }));
      assert.ok(Buffer.from(packed).equals(expected), `level ${level}, pieces of ${sizes}`);
    }
  }
});

zstdTest("zstd() writes fewer bytes when the level is higher", async () => {
  const bytes = textLike(MEBIBYTE);
  const fast = await collectBytes(zstd(inPieces(bytes, MEBIBYTE), { level: 1 }));
  const small = await collectBytes(zstd(inPieces(bytes, MEBIBYTE), { level: 19 }));
  assert.ok(small.byteLength < fast.byteLength);
});

zstdTest("zstd() passes the error of its input on", async () => {
  const error = new Error("Cannot read");
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield textLike(MEBIBYTE);
    throw error;
  }
  await assert.rejects(collectBytes(zstd(failing())), error);
});

zstdTest("zstd() ends its input when the reader stops", async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (let seed = 1;; seed++) yield binaryLike(MEBIBYTE, seed);
    } finally {
      ended = true;
    }
  }
  for await (const _piece of zstd(endless())) break;
  assert.ok(ended);
});

for (const level of [0, 20, 2.5]) {
  Deno.test(`zstd() refuses level ${level}`, () => {
    assert.throws(
      () => zstd(inPieces(textLike(1)), { level }),
      new RangeError(`Cannot compress with zstd level ${level}: it must be 1 to 19`),
    );
  });
}

if (!SUPPORTED) {
  Deno.test("zstd() says that this version of Deno has none when it has none", () => {
    assert.throws(
      () => zstd(inPieces(textLike(1))),
      new Error(`Cannot compress with zstd: Deno ${Deno.version.deno} has none`),
    );
  });
}
