import assert from "node:assert/strict";
import { printable, printableLines } from "../../../src/cli/output/printable.ts";

const TEXTS: readonly (readonly [text: string, printable: string])[] = [
  ["plain text, \u00e4\u00f6\u00fc, \u{1f600}", "plain text, \u00e4\u00f6\u00fc, \u{1f600}"],
  ["two\nlines", "two\nlines"],
  ["\x1b[31mred", "\\u001b[31mred"],
  ["\u009b31mred", "\\u009b31mred"],
  ["a\u202eb", "a\\u202eb"],
  ["back\rover", "back\\u000dover"],
  ["tag \u{e0041}", "tag \\udb40\\udc41"],
  ["lone \ud800", "lone \\ud800"],
  ["a\u2066b\u2069 \u200f \u061c \u2028", "a\\u2066b\\u2069 \\u200f \\u061c \\u2028"],
  ["zero\u200bwidth \u3164 \u{e0100}", "zero\\u200bwidth \\u3164 \\udb40\\udd00"],
  ["\u2764\ufe0f", "\u2764\ufe0f"],
];

for (const [text, expected] of TEXTS) {
  Deno.test(`printable() gives ${JSON.stringify(expected)}`, () => {
    assert.equal(printable(text), expected);
  });
}

Deno.test("printableLines() leaves tabs and the line ends of Windows, and no other carriage return", () => {
  assert.equal(printableLines("a\tb\r\nc\rd\u0085"), "a\tb\r\nc\\u000dd\\u0085");
});
