import assert from "node:assert/strict";
import fc from "fast-check";
import { gitRules } from "../../../src/plugins/filter/git_rules.ts";
import { parseIgnoreFile } from "../../../src/plugins/filter/parse_ignore_file.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { PATHS, patternArbitrary } from "./random_patterns.ts";

const GROUPS = [
  { from: "flux defaults", patterns: ["*.jpg", "secret.*", "/build"] },
  { from: "timoni.ignore", patterns: ["!logo.jpg", "docs/"], lines: [3, 7] },
  { from: "--ignore", patterns: ["secret.*", "#x"] },
];

const REASONS: readonly (readonly [path: string, reason: string | undefined])[] = [
  ["a.jpg", "*.jpg (flux defaults)"],
  ["d/a.jpg", "*.jpg (flux defaults)"],
  ["a.JPG", undefined],
  ["logo.jpg", undefined],
  ["secret.env", "secret.* (--ignore)"],
  ["build", "/build (flux defaults)"],
  ["build/", "/build (flux defaults)"],
  ["build/logo.jpg", "/build (flux defaults)"],
  ["d/build", undefined],
  ["docs", undefined],
  ["docs/", "docs/ (timoni.ignore:7)"],
  ["docs/logo.jpg", "docs/ (timoni.ignore:7)"],
  ["#x", undefined],
  ["...", undefined],
];

for (const [path, reason] of REASONS) {
  Deno.test(`gitRules() gives ${reason ?? "no reason"} for ${path}`, () => {
    const kind = path.endsWith("/") ? "directory" : "file";
    assert.equal(gitRules(GROUPS).ignores(path.replace(/\/$/, ""), kind), reason);
  });
}

Deno.test("gitRules() prunes directories only where nothing can come back", () => {
  const rules = gitRules([{ from: "x", patterns: ["a/", "b/*", "!a/keep", "!b/keep", "c", "!c"] }]);
  assert.deepEqual(["a", "b", "b/d", "b/keep", "c"].map(rules.prunes), [true, false, true, false, false]);
});

Deno.test("gitRules() keeps everything when there is no pattern", () => {
  assert.equal(gitRules([]).ignores("a", "file"), undefined);
});

/** Reported for other matchers: what git leaves out of a few files, directories written with a slash at the end. */
const REPORTED: readonly (readonly [patterns: readonly string[], left: readonly string[], out: readonly string[]])[] = [
  [["secret**/key"], ["secret", "x/secret/key"], ["secret/key", "secret/a/key", "secret/a/b/key", "secretkey"]],
  [["foo**/"], ["foo", "x/fo/"], ["foo/", "foobar/", "foo/x/", "x/foo/"]],
  [["a/**/b"], ["a", "x/a/b"], ["a/b", "a/x/b", "a/x/y/b"]],
  [["foo/**"], ["foo/", "x/foo/y"], ["foo/x", "foo/x/y"]],
  [["foo/*"], ["foo/"], ["foo/x", "foo/x/y"]],
  [["**"], [], ["a", "a/b"]],
  [["*", "!*.md"], ["x.md"], ["a/", "a/x.md"]],
  [["*", "!*/", "!*.md"], ["x.md", "a/", "a/x.md"], ["x", "a/x"]],
  [["?"], ["\u00e9", "ab"], ["a"]],
  [["??"], ["a"], ["\u00e9", "ab"]],
  [["[[:space:]]x"], ["\vx"], [" x", "\tx"]],
  [["[]-a]"], ["-"], ["]", "a", "^"]],
  [["[a"], ["[a", "a"], []],
  [["a/**\\/b"], ["a/b"], ["a/x/b"]],
  [["/"], ["a", "a/"], []],
  [["//"], ["a", "a/"], []],
  [["a\0b"], ["ab"], ["a"]],
];

for (const [patterns, left, out] of REPORTED) {
  Deno.test(`gitRules() reads ${JSON.stringify(patterns)} as git does`, () => {
    const rules = gitRules([{ from: "x", patterns }]);
    const found = [...left, ...out].filter((path) => rules.ignores(...asked(path)) !== undefined);
    assert.deepEqual(found, out);
  });
}

/** Each of them keeps a matcher that tries one way after the other busy for longer than anybody lives. */
const LONG: readonly (readonly [pattern: string, path: string, isIgnored: boolean])[] = [
  [`${"**/a/".repeat(40)}b`, `${"a/".repeat(80)}c`, false],
  [`${"**/a/".repeat(40)}b`, `${"a/".repeat(80)}b`, true],
  [`${"a*".repeat(120)}b`, "a".repeat(250), false],
  [`${"*a*".repeat(80)}b`, "a".repeat(250), false],
  [`x/${"a*?*".repeat(60)}[!a]`, `x/${"a".repeat(250)}`, false],
  [`x${"**/".repeat(1000)}b`, `x/${"a/".repeat(80)}c`, false],
];

for (const [pattern, path, isIgnored] of LONG) {
  Deno.test(`gitRules() is done with ${pattern.slice(0, 20)}... on a ${isIgnored ? "" : "mis"}match`, () => {
    assert.equal(gitRules([{ from: "x", patterns: [pattern] }]).ignores(path, "file") !== undefined, isIgnored);
  });
}

toolTest("gitRules() leaves out what git leaves out, by the same line of the file", ["git"], async () => {
  await using root = await tempDirectory();
  for (const path of PATHS) {
    if (path.endsWith("/")) await Deno.mkdir(`${root.path}/${path}`, { recursive: true });
    else await Deno.writeTextFile(`${root.path}/${path}`, "");
  }
  await tool("git", ["init", "--quiet", root.path]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(patternArbitrary, { maxLength: 6 }),
      fc.constantFrom("\n", "\r\n"),
      async (patterns, end) => {
        const text = patterns.map((pattern) => pattern + end).join("");
        await Deno.writeTextFile(`${root.path}/.gitignore`, text);
        const rules = gitRules([parseIgnoreFile(text, ".gitignore")]);
        const found = PATHS.map((path) => rules.ignores(...asked(path)));
        assert.deepEqual(found, await reasonsOfGit(root.path));
      },
    ),
    { numRuns: 200, examples: [[["\ufeffa", "b "], "\n"], [["#a", "\\#x", "", " "], "\r\n"]] },
  );
});

function asked(path: string): [path: string, kind: "file" | "directory"] {
  return [path.replace(/\/$/, ""), path.endsWith("/") ? "directory" : "file"];
}

/** What git says of all paths, in the form of our reasons. */
async function reasonsOfGit(root: string): Promise<readonly (string | undefined)[]> {
  const git = new Deno.Command("git", {
    args: ["-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = git.stdin.getWriter();
  await input.write(new TextEncoder().encode(PATHS.map((path) => `${path.replace(/\/$/, "")}\0`).join("")));
  await input.close();
  const { code, stdout, stderr } = await git.output();
  assert.ok(code <= 1, new TextDecoder().decode(stderr));
  const fields = new TextDecoder().decode(stdout).split("\0");
  return PATHS.map((_, at) => {
    const [file, line, pattern = ""] = fields.slice(at * 4, at * 4 + 3);
    return pattern === "" || pattern.startsWith("!") ? undefined : `${pattern} (${file}:${line})`;
  });
}
