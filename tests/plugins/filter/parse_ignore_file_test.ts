import assert from "node:assert/strict";
import { parseIgnoreFile } from "../../../src/plugins/filter/parse_ignore_file.ts";

const CASES: readonly (readonly [text: string, patterns: readonly string[], lines: readonly number[]])[] = [
  ["", [], []],
  ["a", ["a"], [1]],
  ["a\n\n# comment\nb\n", ["a", "b"], [1, 4]],
  ["a\r\nb\r\n\r\n", ["a", "b"], [1, 2]],
  ["a\r\r\n", ["a\r"], [1]],
  // What else a line means depends on who reads it.
  ["\ufeff*.md\n a\\  \n  \n", ["\ufeff*.md", " a\\  ", "  "], [1, 2, 3]],
  ["\\#a\n\\!a\n!a\n #a\n", ["\\#a", "\\!a", "!a", " #a"], [1, 2, 3, 4]],
];

for (const [text, patterns, lines] of CASES) {
  Deno.test(`parseIgnoreFile() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseIgnoreFile(text, ".gantryignore"), { from: ".gantryignore", patterns, lines });
  });
}
