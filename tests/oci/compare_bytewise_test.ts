import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { compareBytewise } from "../../src/oci/compare_bytewise.ts";

/** What sorts alike by UTF-16 units and differently by UTF-8 bytes: units around and above the surrogates. */
const CHARACTERS = ["", "\0", "/", "a", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}", "\u{1f600}"];

const ORDER: readonly (readonly [smaller: string, greater: string])[] = [
  ["", "a"],
  ["a", "aa"],
  ["a", "b"],
  ["B", "a"],
  ["a-", "a/"],
  ["z", "é"],
  // By UTF-16 units these are the other way round.
  ["\uffff", "\u{10000}"],
  ["\ue000", "\u{1f600}"],
  ["a\ufb01", "a\u{1f600}"],
  ["\u{10000}", "\u{10001}"],
  ["\u{1f600}", "\u{1f600}a"],
];

for (const [smaller, greater] of ORDER) {
  Deno.test(`compareBytewise() puts ${JSON.stringify(smaller)} before ${JSON.stringify(greater)}`, () => {
    assert.ok(compareBytewise(smaller, greater) < 0);
    assert.ok(compareBytewise(greater, smaller) > 0);
  });
}

Deno.test("compareBytewise() orders as the UTF-8 bytes do when texts are well-formed", () => {
  const texts = fc.string({
    unit: fc.oneof(fc.constantFrom(...CHARACTERS), fc.string({ unit: "binary", maxLength: 1 })),
  });
  fc.assert(
    fc.property(texts, texts, texts, (start, a, b) => {
      const [left, right] = [start + a, start + b];
      assert.equal(Math.sign(compareBytewise(left, right)), Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compareBytewise() is a total order even when there are lone surrogates", () => {
  const units = fc.constantFrom("a", "\ud800", "\udbff", "\udc00", "\udfff", "\ue000", "\uffff");
  const texts = fc.array(units, { maxLength: 4 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, texts, texts, (a, b, c) => {
      assert.equal(compareBytewise(a, b) === 0, a === b);
      assert.equal(Math.sign(compareBytewise(a, b)), -Math.sign(compareBytewise(b, a)) || 0);
      if (compareBytewise(a, b) <= 0 && compareBytewise(b, c) <= 0) assert.ok(compareBytewise(a, c) <= 0);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compareBytewise() puts a lone surrogate, which has no bytes of its own, above all other units", () => {
  assert.ok(compareBytewise("\ud800", "\uffff") > 0);
  // An encoder writes U+FFFD in its place, so the bytes alone would say otherwise.
  assert.ok(Buffer.compare(Buffer.from("\ud800"), Buffer.from("\uffff")) < 0);
});
