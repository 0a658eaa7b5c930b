import assert from "node:assert/strict";
import fc from "fast-check";
import { nearestWord } from "../../src/work/nearest_word.ts";

const KEYS = ["source", "targets", "tags", "ignore", "ignoreFile", "compressionLevel"];

const CASES: readonly (readonly [word: string, nearest: string | undefined])[] = [
  ["sources", "source"],
  ["suorce", "source"],
  ["suorces", "source"],
  ["tag", "tags"],
  ["tagrets", "targets"],
  ["ignore-file", "ignoreFile"],
  ["ignorefile", "ignoreFile"],
  ["compresionLevell", "compressionLevel"],
  ["compresionLvl", "compressionLevel"],
  ["compressionKind", "compressionLevel"],
  ["comp", "compressionLevel"],
  ["co", "compressionLevel"],
  ["c", undefined],
  ["bugs", undefined],
  ["compressed", undefined],
  ["level", undefined],
  ["pipeline", undefined],
  ["", undefined],
];

for (const [word, nearest] of CASES) {
  Deno.test(`nearestWord() finds ${nearest} for ${JSON.stringify(word)}`, () => {
    assert.equal(nearestWord(word, KEYS), nearest);
  });
}

Deno.test("nearestWord() finds a word in which two neighbours changed places", () => {
  fc.assert(fc.property(fc.constantFrom(...KEYS), fc.nat(), (key, seed) => {
    const at = seed % (key.length - 1);
    const swapped = `${key.slice(0, at)}${key.charAt(at + 1)}${key.charAt(at)}${key.slice(at + 2)}`;
    assert.equal(nearestWord(swapped, KEYS), key);
  }));
});

Deno.test("nearestWord() prefers the candidate with fewer edits, then the first", () => {
  assert.equal(nearestWord("abc", ["abxy", "abcd", "abce"]), "abcd");
});
