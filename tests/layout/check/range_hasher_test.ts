import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../../src/oci/digest.ts";
import { type HashedRange, rangeHasher } from "../../../src/layout/check/range_hasher.ts";
import { inPieces, noise } from "../../support/sample_bytes.ts";

const BYTES = noise(1000);
const range = (offset: number, size: number): HashedRange => ({
  offset,
  size,
  digest: digestOf(BYTES.subarray(offset, offset + size), offset % 2 === 0 ? "sha256" : "sha512"),
});

/** Cuts 1000 bytes at some places; every other part is hashed. */
const rangesArbitrary = fc.uniqueArray(fc.nat(1000), { maxLength: 12 }).map((cuts) => {
  const sorted = cuts.toSorted((a, b) => a - b);
  return sorted.flatMap((at, index) => index % 3 === 0 ? [range(at, (sorted[index + 1] ?? 1000) - at)] : []);
});

Deno.test("rangeHasher() finds exactly the ranges in which a byte is another one, whatever the pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      rangesArbitrary,
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
      fc.option(fc.nat(999), { nil: undefined }),
      async (ranges, sizes, damaged) => {
        const bytes = BYTES.slice();
        if (damaged !== undefined) bytes[damaged] = (bytes[damaged] ?? 0) ^ 1;
        const hasher = rangeHasher(fc.sample(fc.shuffledSubarray(ranges, { minLength: ranges.length }), 1)[0] ?? []);
        let at = 0;
        for await (const piece of inPieces(bytes, ...sizes)) {
          hasher.update(at, piece);
          at += piece.byteLength;
        }
        const expected = ranges.filter(({ offset, size }) =>
          damaged !== undefined && damaged >= offset && damaged < offset + size
        );
        assert.deepEqual(hasher.wrong(), expected);
      },
    ),
  );
});

Deno.test("rangeHasher() takes a range for wrong of which some bytes did not come", () => {
  const ranges = [range(0, 100), range(100, 100), range(200, 100), range(300, 0)];
  const hasher = rangeHasher(ranges);
  hasher.update(0, BYTES.subarray(0, 150));
  hasher.update(200, BYTES.subarray(200, 290));
  assert.deepEqual(hasher.wrong(), [ranges[1], ranges[2]]);
});
