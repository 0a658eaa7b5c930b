import assert from "node:assert/strict";
import { printable } from "../../../src/cli/output/printable.ts";

const TEXTS: readonly (readonly [text: string, printable: string])[] = [
  ["plain text, \u00e4\u00f6\u00fc, \u{1f600}", "plain text, \u00e4\u00f6\u00fc, \u{1f600}"],
  ["two\nlines", "two\nlines"],
  ["\x1b[31mred", "\\u001b[31mred"],
  ["\u009b31mred", "\\u009b31mred"],
  ["a\u202eb", "a\\u202eb"],
  ["back\rover", "back\\u000dover"],
  ["tag \u{e0041}", "tag \\udb40\\udc41"],
  ["lone \ud800", "lone \\ud800"],
];

for (const [text, expected] of TEXTS) {
  Deno.test(`printable() gives ${JSON.stringify(expected)}`, () => {
    assert.equal(printable(text), expected);
  });
}
