import assert from "node:assert/strict";
import { isGoPattern } from "../../../src/plugins/filter/go_match.ts";
import { helmRules } from "../../../src/plugins/filter/helm_rules.ts";
import type { PatternGroup } from "../../../src/plugins/filter/ignore_rules.ts";
import { parseIgnoreFile } from "../../../src/plugins/filter/parse_ignore_file.ts";

/** What the lines of a `.helmignore` leave out, as Helm's own matcher says; a directory's path ends in `/`. */
const VECTORS: readonly (readonly [text: string, path: string, ignored: boolean])[] = [
  ["!keep.txt", "other.txt", true],
  ["!keep.txt", "keep.txt", false],
  ["*.txt\n!keep.txt", "keep.txt", true],
  ["a/b", "a/b", true],
  ["a/b", "a/b/", true],
  ["a/b", "x/a/b", false],
  ["foo/", "foo", false],
  ["foo/", "foo/", true],
  ["foo/", "x/foo/", true],
  ["foo/", "foo/x", true],
  ["/foo", "foo", true],
  ["/foo", "x/foo", false],
  [".*", "a/.hidden", true],
  ["templates/.?*", "templates/.x", true],
  ["templates/.?*", "templates/x/.foo", false],
  ["*/x", "a/x", true],
  ["*/x", "a/b/x", false],
  ["a*/b", "a/x/b", false],
  ["a/*", "a/b", true],
  ["a/?", "a/b", true],
  ["a?b", "a/b", false],
  ["!a/", "a/", false],
  ["!a/", "b", true],
  ["  # a comment", "# a comment", false],
  ["\t*.md  ", "a.md", true],
  ["\ufeff*.md", "a.md", true],
  ["*.md\r", "a.md", true],
  ["[!a].md", "!.md", true],
  ["[^a].md", "b.md", true],
  ["\\*.md", "*.md", true],
  ["", "a", false],
];

function group(text: string): PatternGroup {
  return { ...parseIgnoreFile(text, ".helmignore"), isOwn: true };
}

for (const [text, path, ignored] of VECTORS) {
  Deno.test(`helmRules() ${ignored ? "leaves out" : "keeps"} ${path} by ${JSON.stringify(text)}`, () => {
    const kind = path.endsWith("/") ? "directory" : "file";
    const reason = helmRules([group(text)]).ignores(path.replace(/\/$/, ""), kind);
    assert.equal(reason !== undefined, ignored, reason);
  });
}

Deno.test("helmRules() names the pattern and its line", () => {
  assert.equal(helmRules([group("# x\n\n *.md \n")]).ignores("a/b.md", "file"), "*.md (.helmignore:3)");
});

Deno.test("helmRules() reads other patterns as git does, and neither brings back what the other leaves out", () => {
  const rules = helmRules([
    { from: "default", patterns: [".git", "**/secret/*"] },
    group("docs/\n"),
    { from: "--ignore", patterns: ["*.md", "!keep.md", "!docs/"] },
  ]);
  const left = ["a.md", "docs/a", "x/secret/a", ".git/HEAD"];
  for (const path of left) assert.notEqual(rules.ignores(path, "file"), undefined, path);
  assert.equal(rules.ignores("x/keep.md", "file"), undefined);
  assert.deepEqual(["docs", "x", ".git"].map(rules.prunes), [true, false, true]);
});

Deno.test("helmRules() refuses what Helm refuses, with the line", () => {
  for (const [line, why] of [["a/**", 'it does not know "**"'], ["[a", "the pattern is malformed"]] as const) {
    assert.throws(() => helmRules([group(`# x\n${line}\n`)]), {
      name: "SourceError",
      message: `Cannot read the pattern ${JSON.stringify(line)} (.helmignore:2) as Helm does: ${why}`,
    });
  }
});

Deno.test("isGoPattern() tells patterns that Go's filepath.Match takes from others", () => {
  const good = ["", "*", "a[bc]", "[a-c]*", "[^a]", "\\[", "[\\]]", "a\\*b", "[a]]", "]"];
  const bad = ["[", "a[", "[a", "[]a]", "[a-]", "[-a]", "[a-c-e]", "[^]", "\\", "a\\", "[\\", "[a\\", "x[a-"];
  assert.deepEqual(good.filter((pattern) => !isGoPattern(pattern)), []);
  assert.deepEqual(bad.filter(isGoPattern), []);
});
