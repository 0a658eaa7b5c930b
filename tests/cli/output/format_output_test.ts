import assert from "node:assert/strict";
import { load } from "js-yaml";
import { formatOutput } from "../../../src/cli/output/format_output.ts";

const VALUE = {
  "key \u009b": "red \u009b31m",
  direction: "a\u202eb\u2066c\u2069\u200f\u061c",
  lines: "one\u2028two\u2029",
  hidden: ["zero\u200bwidth", "tag \u{e0041}", "bell \u0007 del \u007f nel \u0085"],
  plain: "gr\u00fc\u00dfe \u{1f600}",
  text: "two\nlines\n",
};

for (const format of ["json", "yaml"] as const) {
  Deno.test(`formatOutput() writes ${format} in which nothing acts on a terminal, and the value is the same`, async () => {
    const text = await formatOutput(VALUE, format);
    assert.doesNotMatch(text, /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.deepEqual(format === "json" ? JSON.parse(text) : load(text), VALUE);
    assert.ok(text.includes("gr\u00fc\u00dfe \u{1f600}"));
  });
}

Deno.test("formatOutput() writes JSON and YAML as people know them when there is nothing odd", async () => {
  const value = { name: "it's", list: ["a"], text: "two\nlines\n" };
  assert.equal(await formatOutput(value, "json"), `${JSON.stringify(value, undefined, 2)}\n`);
  assert.equal(await formatOutput(value, "yaml"), "name: it's\nlist:\n  - a\ntext: |\n  two\n  lines\n");
});
