import assert from "node:assert/strict";
import { constants } from "node:zlib";
import { compress } from "../../src/pack/compress.ts";
import type { Compression } from "../../src/pack/compression.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { inPieces, textLike } from "../support/sample_bytes.ts";

const BYTES = new TextEncoder().encode("kind: Service\n");

const STARTS: readonly (readonly [compression: Compression, start: readonly number[]])[] = [
  [{ kind: "gzip", level: 9, workers: 0 }, [0x1f, 0x8b, 8]],
  [{ kind: "zstd", level: 3 }, [0x28, 0xb5, 0x2f, 0xfd]],
  [{ kind: "none" }, [...BYTES]],
];
for (const [compression, start] of STARTS) {
  Deno.test(`compress() writes the format when it is ${compression.kind}, or says that Deno has none`, async () => {
    if (compression.kind === "zstd" && constants.ZSTD_c_compressionLevel === undefined) {
      assert.throws(
        () => compress(inPieces(BYTES), compression),
        /^Error: Cannot compress with zstd: Deno .* has none$/,
      );
      return;
    }
    const packed = await collectBytes(compress(inPieces(BYTES), compression));
    assert.deepEqual([...packed.subarray(0, start.length)], start);
  });
}

Deno.test("compress() passes the level on", async () => {
  const bytes = textLike(10_000);
  const sizes = await Promise.all(
    [1, 9].map(async (level) => {
      const packed = await collectBytes(compress(inPieces(bytes), { kind: "gzip", level, workers: 0 }));
      return packed.byteLength;
    }),
  );
  assert.notEqual(sizes[0], sizes[1]);
});
