import assert from "node:assert/strict";
import fc from "fast-check";
import { goGitRules } from "../../../src/plugins/filter/go_git_rules.ts";
import { parseIgnoreFile } from "../../../src/plugins/filter/parse_ignore_file.ts";
import { toolTest } from "../../support/tools.ts";
import { fluxIgnores, type Question } from "./flux_ignore.ts";
import { LISTS } from "./pattern_lists.ts";
import { PATHS, patternArbitrary } from "./random_patterns.ts";

/** Observed with the real matcher: patterns, a path (a directory's ends in `/`), whether Flux leaves it out. */
const FLUX_VECTORS: readonly (readonly [patterns: readonly string[], path: string, ignored: boolean])[] = [
  [["*", "!*.yaml"], "apps/a.yaml", false],
  [["*", "!*.yaml"], "apps/", true],
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
  [["?"], "\u00e9", true],
  [["*??a"], "\u65e5a", true],
  [["a\\\\ "], "a\\ ", true],
];

for (const [patterns, path, ignored] of FLUX_VECTORS) {
  Deno.test(`goGitRules() answers as Flux does for ${JSON.stringify(patterns)} and ${path}`, () => {
    assert.deepEqual(answersOf({ patterns: patterns.join("\n"), paths: [path] }), [ignored]);
  });
}

toolTest(
  "goGitRules() leaves out what Flux and Timoni leave out, for lists that people write",
  ["flux-ignore"],
  async () => {
    const questions = LISTS.map(({ patterns, paths }) => ({ patterns, paths: [...paths, ...PATHS] }));
    assert.deepEqual(questions.map(answersOf), await fluxIgnores(questions));
  },
);

toolTest(
  "goGitRules() leaves out what Flux and Timoni leave out, for lists that nobody writes",
  ["flux-ignore"],
  async () => {
    const list = fc.tuple(fc.array(patternArbitrary, { maxLength: 6 }), fc.constantFrom("\n", "\r\n")).map(
      ([patterns, end]) => ({ patterns: patterns.map((pattern) => pattern + end).join(""), paths: PATHS }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(list, { minLength: 200, maxLength: 200 }), async (questions) => {
        const answers = await fluxIgnores(questions);
        for (const [at, question] of questions.entries()) {
          assert.deepEqual(answersOf(question), answers[at], JSON.stringify(question.patterns));
        }
      }),
      { numRuns: 10 },
    );
  },
);

Deno.test("goGitRules() prunes a directory only when nothing below it stays", () => {
  fc.assert(
    fc.property(fc.array(patternArbitrary, { maxLength: 6 }), (patterns) => {
      const rules = goGitRules([{ from: "x", patterns }]);
      for (const directory of PATHS.filter((path) => path.endsWith("/") && rules.prunes(path.slice(0, -1)))) {
        const below = PATHS.filter((path) => path.startsWith(directory));
        assert.deepEqual(below.filter((path) => rules.ignores(...asked(path)) === undefined), [], directory);
      }
    }),
  );
});

const PRUNED: readonly (readonly [patterns: readonly string[], directory: string, isPruned: boolean])[] = [
  [["node_modules/"], "a/node_modules", true],
  [["node_modules/", "!*.yaml"], "node_modules", false],
  [["!*.yaml", "node_modules/"], "node_modules", true],
  [["/*", "!/deploy"], "src", true],
  [["/*", "!/deploy"], "deploy", false],
  [["/*", "!/deploy/prod/app"], "deploy", false],
  [["/*", "!/deploy/prod/app"], "deploy/test", true],
  [["/*", "!/**/app"], "src", false],
];

for (const [patterns, directory, isPruned] of PRUNED) {
  const what = isPruned ? "nothing" : "something";
  Deno.test(`goGitRules() knows that ${what} below ${directory} may stay with ${JSON.stringify(patterns)}`, () => {
    assert.equal(goGitRules([{ from: "x", patterns }]).prunes(directory), isPruned);
  });
}

Deno.test("goGitRules() brings nothing back from a sealed directory but the directory itself", () => {
  const sealed = { from: "default", patterns: [".git", "/gantry.yaml"], isSealed: true };
  const files = goGitRules([sealed, { from: "x", patterns: ["*", "!*.yaml"] }]);
  assert.equal(files.ignores(".git/refs/a.yaml", "file"), ".git (default)");
  assert.equal(files.prunes(".git"), true);
  assert.equal(files.prunes("apps"), false);
  const sealedOnly = goGitRules([sealed, { from: "x", patterns: ["!*.yaml"] }]);
  assert.equal(sealedOnly.ignores(".git/refs/a.yaml", "file"), ".git (default)");
  assert.equal(sealedOnly.prunes(".git"), true);
  assert.equal(sealedOnly.prunes(".git/refs"), true);
  assert.equal(sealedOnly.ignores("gantry.yaml", "file"), undefined);
  const directory = goGitRules([sealed, { from: "x", patterns: ["!.git"] }]);
  assert.equal(directory.ignores(".git/refs/a.yaml", "file"), undefined);
  assert.equal(directory.prunes(".git"), false);
});

Deno.test("goGitRules() is done with patterns that are made to take long", () => {
  const patterns = [`${"**/a/".repeat(40)}b`, `${"a*".repeat(120)}b`, `x/${"a*?*".repeat(60)}[^a]`];
  const rules = goGitRules([{ from: "x", patterns }]);
  for (const path of [`${"a/".repeat(80)}c`, "a".repeat(250), `x/${"a".repeat(250)}`]) {
    assert.equal(rules.ignores(path, "file"), undefined);
  }
});

function answersOf({ patterns, paths }: Question): readonly boolean[] {
  const rules = goGitRules([parseIgnoreFile(patterns, "x")]);
  return paths.map((path) => rules.ignores(...asked(path)) !== undefined);
}

function asked(path: string): [path: string, kind: "file" | "directory"] {
  return [path.replace(/\/$/, ""), path.endsWith("/") ? "directory" : "file"];
}
