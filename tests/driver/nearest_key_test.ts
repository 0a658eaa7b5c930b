import assert from "node:assert/strict";
import fc from "fast-check";
import { nearestKey } from "../../src/driver/nearest_key.ts";

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
  ["compressed", undefined],
  ["level", undefined],
  ["pipeline", undefined],
  ["", undefined],
];

for (const [word, nearest] of CASES) {
  Deno.test(`nearestKey() finds ${nearest} for ${JSON.stringify(word)}`, () => {
    assert.equal(nearestKey(word, KEYS), nearest);
  });
}

Deno.test("nearestKey() finds a word in which two neighbours changed places", () => {
  fc.assert(fc.property(fc.constantFrom(...KEYS), fc.nat(), (key, seed) => {
    const at = seed % (key.length - 1);
    const swapped = `${key.slice(0, at)}${key.charAt(at + 1)}${key.charAt(at)}${key.slice(at + 2)}`;
    assert.equal(nearestKey(swapped, KEYS), key);
  }));
});

Deno.test("nearestKey() prefers the candidate with fewer edits, then the first", () => {
  assert.equal(nearestKey("abc", ["abxy", "abcd", "abce"]), "abcd");
});
