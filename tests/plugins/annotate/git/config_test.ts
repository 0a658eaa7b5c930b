import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { parseGitConfig } from "../../../../src/plugins/annotate/git/config.ts";
import { tempDirectory } from "../../../support/temp_directory.ts";
import { runTool, toolTest } from "../../../support/tools.ts";

Deno.test("parseGitConfig() reads sections, subsections, quotes, escapes and comments", () => {
  const text = String.raw`
; a comment
[core] bare = false # behind a header
[Remote "Ori\"gin\\x"]
	URL = https://example.com/a;b
	url = "https://example.com/a;b#c"   ; comment
	url = two  words  "  three  "
	url = first \
second
	pushurl
[branch.Main]
	remote=origin
[empty]
	value =
	other = ""`;
  assert.deepEqual([...parseGitConfig(text)], [
    ["core.bare", ["false"]],
    ['remote.Ori"gin\\x.url', [
      "https://example.com/a",
      "https://example.com/a;b#c",
      "two  words    three  ",
      "first second",
    ]],
    ['remote.Ori"gin\\x.pushurl', ["true"]],
    ["branch.main.remote", ["origin"]],
    ["empty.value", [""]],
    ["empty.other", [""]],
  ]);
});

Deno.test("parseGitConfig() reads a file of Windows, and one with a byte order mark", () => {
  assert.deepEqual(
    [...parseGitConfig("\uFEFF[a]\r\n\tb = c\\\r\nd\r\n\te\r\n")],
    [["a.b", ["cd"]], ["a.e", ["true"]]],
  );
});

Deno.test("parseGitConfig() throws a SyntaxError with the line when the text is malformed", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["key = value", 1],
    ["[a]\n[b", 2],
    ["[a]\n\n1key = value", 3],
    ["[a]\nkey value", 2],
    ["[a]\nkey # comment", 2],
    ['[a]\nkey = "open\n', 2],
    ['[a]\nkey = "open', 2],
    ["[a]\nkey = \\x", 2],
    ['[a "b]\n', 1],
    ['[a "b" ]', 1],
  ];
  for (const [text, line] of cases) {
    assert.throws(() => parseGitConfig(text), { name: "SyntaxError", message: new RegExp(`line ${line} `) }, text);
  }
});

toolTest("parseGitConfig() reads what git reads, and refuses what git refuses", ["git"], async () => {
  await using temp = await tempDirectory();
  const path = join(temp.path, "config");
  // The pieces from which mistakes are made; no tab and no bare carriage return, which versions of git treat
  // differently.
  const piece = fc.constantFrom(
    ...'[]"\\#;=. \nab1-'.split(""),
    "\r\n",
    "[a]\n",
    '[a "b',
    '"]',
    "[s.Sub]",
    "key = ",
    "K2=",
    '"q"',
    "\\n",
    '\\"',
    "\\\\",
    "\\\n",
    " # c\n",
    "ü",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
      const text = `[top]\n${pieces.join("")}`;
      await Deno.writeTextFile(path, text);
      const said = await runTool("git", ["config", "--file", path, "--list", "--null"]);
      if (said.code !== 0) {
        assert.throws(() => parseGitConfig(text), SyntaxError);
        return;
      }
      const expected = new Map<string, string[]>();
      for (const item of said.stdout.split("\0").slice(0, -1)) {
        const [name = "", ...value] = item.split("\n");
        expected.set(name, [...expected.get(name) ?? [], value.length === 0 ? "true" : value.join("\n")]);
      }
      assert.deepEqual(parseGitConfig(text), expected);
    }),
    { numRuns: 300 },
  );
});
