import assert from "node:assert/strict";
import fc from "fast-check";
import { disputedPatterns } from "../../../src/plugins/filter/disputed_patterns.ts";
import { ignoreRules } from "../../../src/plugins/filter/ignore_rules.ts";
import { parseIgnoreFile } from "../../../src/plugins/filter/parse_ignore_file.ts";
import { fluxIgnores } from "./flux_matcher.ts";
import { PATHS, patternArbitrary } from "./random_patterns.ts";

/** Observed with the real matcher: patterns, a path (a directory's ends in `/`), whether Flux leaves it out. */
const FLUX_VECTORS: readonly (readonly [patterns: readonly string[], path: string, ignored: boolean])[] = [
  [["/*", "!/cue.mod"], "cue.mod/gen/x.cue", false],
  [["/*", "!/cue.mod"], "sub/cue.mod/x", true],
  [["cue.mod/"], "cue.mod", false],
  [["cue.mod/"], "sub/cue.mod/x", true],
  [["foo"], "a/foo/b", true],
  [["foo/bar"], "x/foo/bar", false],
  [["foo/**"], "foo/", true],
  [["**/foo"], "x/foo/y", true],
  [["**/foo/bar"], "foo/x/foo/bar", false],
  [["a/**/b/c"], "a/b/x/b/c", false],
  [["a/**/b"], "a/b", true],
  [["a/**/b"], "a/x/y/b", true],
  [["dir/", "!dir/keep.yaml"], "dir/keep.yaml", false],
  [["[!a].txt"], "b.txt", false],
  [["x/foo**bar"], "x/fooxbar", false],
  [["foo**bar"], "fooxbar", true],
  [["./foo"], "foo", false],
  [["foo//bar"], "foo/bar", true],
  [["/"], "foo", false],
  [["["], "x", false],
  [["\\!x", "\\#x"], "!x", true],
  [["\\!x", "\\#x"], "#x", true],
  [[" lead"], "lead", false],
  [["foo\t"], "foo", false],
  [["*.md", "!README.md"], "README.md", false],
];

for (const [patterns, path, ignored] of FLUX_VECTORS) {
  Deno.test(`fluxIgnores() answers as Flux does for ${JSON.stringify(patterns)} and ${path}`, () => {
    assert.equal(fluxIgnores(patterns, path), ignored);
  });
}

const DISPUTED: readonly (readonly [patterns: readonly string[], why: RegExp])[] = [
  [["foo/**"], /the directory itself as well$/],
  [["foo/**/"], /the directory itself as well$/],
  [["/**"], /match nothing with it$/],
  [["**/foo/bar"], /only the first place/],
  [["a/**/b/c"], /only the first place/],
  [["[!a].txt"], /simple character sets/],
  [["[[:alpha:]]"], /simple character sets/],
  [["[]a]"], /simple character sets/],
  [["x/foo**bar"], /beside other characters/],
  [["foo//bar"], /two slashes/],
  [["foo\\/bar"], /backslash before a slash/],
  [["![!a]"], /simple character sets/],
  [["dir/", "!dir/keep.yaml"], /below a directory that is left out, git does not$/],
  [["/*", "!/cue.mod/gen"], /below a directory that is left out, git does not$/],
  [["node_modules/", "!README.md"], /also bring back/],
  [["*.tmp", "!/cue.mod/"], /bring back everything below the directory/],
];

for (const [patterns, why] of DISPUTED) {
  Deno.test(`disputedPatterns() names the last of ${JSON.stringify(patterns)}`, () => {
    const lines = patterns.map((_, at) => at + 5);
    const [found, ...more] = disputedPatterns({ from: "timoni.ignore", patterns, lines });
    assert.equal(found?.pattern, patterns.at(-1));
    assert.equal(found?.from, `timoni.ignore:${patterns.length + 4}`);
    assert.match(found?.why ?? "", why);
    assert.deepEqual(more, []);
  });
}

const UNDISPUTED: readonly (readonly string[])[] = [
  ["*.md", "!README.md"],
  ["/*", "!/cue.mod"],
  ["/*", "!/deploy/", "/deploy/*", "!/deploy/prod/"],
  ["dir/*", "!dir/keep.yaml"],
  [".git/", ".gitignore", "vendor/", "go.mod", "*_tool.cue", "debug_values.cue"],
  ["**/*.bak", "a/**/b", "docs/*.md", "foo**bar", "[a-z]*.txt", "[0-9._]x", "\\#x", "trail\\ "],
  ["!./a/b", "!../a/b", "["],
];

for (const patterns of UNDISPUTED) {
  Deno.test(`disputedPatterns() finds nothing in ${JSON.stringify(patterns)}`, () => {
    assert.deepEqual(disputedPatterns({ from: "x", patterns }), []);
  });
}

Deno.test("disputedPatterns() finds every pattern on which Flux and git disagree", () => {
  fc.assert(
    fc.property(patternArbitrary, (line) => {
      const group = parseIgnoreFile(line, "x");
      fc.pre(group.patterns.length > 0 && disputedPatterns(group).length === 0);
      const rules = ignoreRules([group]);
      for (const path of PATHS) {
        const kind = path.endsWith("/") ? "directory" : "file";
        const ignored = rules.ignores(path.replace(/\/$/, ""), kind) !== undefined;
        assert.equal(fluxIgnores(group.patterns, path), ignored, `${line} on ${path}`);
      }
    }),
    { numRuns: 500 },
  );
});
