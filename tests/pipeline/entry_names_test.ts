import assert from "node:assert/strict";
import type { Entry } from "../../src/pipeline/entry.ts";
import { checkEntryNames } from "../../src/pipeline/entry_names.ts";
import { SourceError } from "../../src/pipeline/source_error.ts";

function check(paths: readonly string[]): readonly string[] {
  const warnings: string[] = [];
  const nothing = (): void => {};
  checkEntryNames(paths.map(entry), { debug: nothing, info: nothing, warn: (message) => warnings.push(message) });
  return warnings;
}

function entry(path: string): Entry {
  const kind = path.endsWith("/") ? "directory" : "file";
  return {
    path: path.replace(/\/$/, ""),
    kind,
    executable: false,
    size: 0,
    open: () => ReadableStream.from([]),
  };
}

const REFUSED: readonly (readonly [path: string, why: string])[] = [
  ["a\\b", "a name with a backslash is refused by Flux and Timoni"],
  ["d\\/x", "a name with a backslash is refused by Flux and Timoni"],
  ["a\nb", "a name with a control character is not portable"],
  ["a\u0000", "a name with a control character is not portable"],
  ["a\u007f", "a name with a control character is not portable"],
  ["a/...", "a name of nothing but dots and spaces is not portable"],
  [" /a", "a name of nothing but dots and spaces is not portable"],
  ["a\ud800", "its name is not valid Unicode"],
  ["a../", 'a directory whose name ends in ".." is refused by Flux and Timoni'],
  ["a../b", 'a directory whose name ends in ".." is refused by Flux and Timoni'],
  ["a.../", 'a directory whose name ends in ".." is refused by Flux and Timoni'],
  ["../b", "it is not a plain relative path"],
  ["a/./b", "it is not a plain relative path"],
  ["/a", "it is not a plain relative path"],
  ["a//b", "it is not a plain relative path"],
  ["", "it is not a plain relative path"],
];

for (const [path, why] of REFUSED) {
  Deno.test(`checkEntryNames() refuses ${JSON.stringify(path)}`, () => {
    const shown = JSON.stringify(path.replace(/(.)\/$/, "$1"));
    assert.throws(() => check(["fine", path]), new SourceError(`Cannot publish ${shown}: ${why}`));
  });
}

Deno.test("checkEntryNames() says nothing of names that are odd and harmless", () => {
  const names = [
    "..a",
    "a..",
    "a..b/x",
    "a .",
    ". a",
    "a b",
    "é",
    "\u{1f600}",
    "-x",
    "a:b",
    "con",
    "\u0080",
    "%2f",
    "*",
  ];
  assert.deepEqual(check(names), []);
});

const NEARLY_SAME: readonly (readonly [paths: readonly string[], pairs: readonly string[]])[] = [
  [["README.md", "readme.md"], ['"README.md" and "readme.md" differ only by letter case']],
  [["\u00e9", "e\u0301"], ['"\u00e9" and "e\u0301" differ only by Unicode normal form']],
  [["\u00c9", "e\u0301"], ['"\u00c9" and "e\u0301" differ only by letter case']],
  [["stra\u00dfe", "STRASSE"], ['"stra\u00dfe" and "STRASSE" differ only by letter case']],
  [["\u03bf\u03c2", "\u03bf\u03c3"], ['"\u03bf\u03c2" and "\u03bf\u03c3" differ only by letter case']],
  [["A/", "A/x", "A/y", "a/", "a/x", "a/y"], ['"A" and "a" differ only by letter case']],
  [["A/x", "a/x", "a/X"], ['"A" and "a" differ only by letter case', '"a/x" and "a/X" differ only by letter case']],
  [["d/A", "d/a", "e/a"], ['"d/A" and "d/a" differ only by letter case']],
  [["A/x", "a/y"], ['"A" and "a" differ only by letter case']],
  [["d/A/", "d/A/x", "d/a", "d/e/", "d/e/E/", "d/e/E/x", "d/e/e", "d/E"], [
    '"d/A" and "d/a" differ only by letter case',
    '"d/e/E" and "d/e/e" differ only by letter case',
    '"d/e" and "d/E" differ only by letter case',
  ]],
  [["a/x", "b/X", "ax"], []],
];

for (const [paths, pairs] of NEARLY_SAME) {
  Deno.test(`checkEntryNames() warns of ${pairs.length} pairs among ${paths.join(", ")}`, () => {
    assert.deepEqual(check(paths), pairs.map((pair) => `${pair}: some file systems keep one of them`));
  });
}

Deno.test("checkEntryNames() names ten pairs and counts the rest", () => {
  const paths = Array.from({ length: 25 }, (_, at) => [`A${at}`, `a${at}`]).flat();
  const warnings = check(paths);
  assert.equal(warnings.length, 11);
  assert.equal(warnings.at(-1), "15 more pairs of names differ only by letter case or Unicode normal form");
});

Deno.test("checkEntryNames() keeps up with 100,000 names, most of which collide", () => {
  const paths = Array.from({ length: 50_000 }, (_, at) => [`Dir/Name${at}.yaml`, `Dir/name${at}.yaml`]).flat();
  // A fifth of a second; if every name were compared with every other, it would be hours, and a test has minutes.
  assert.equal(check(paths).length, 11);
});
