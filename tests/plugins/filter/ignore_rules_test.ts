import assert from "node:assert/strict";
import fc from "fast-check";
import { ignoreRules } from "../../../src/plugins/filter/ignore_rules.ts";
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
  Deno.test(`ignoreRules() gives ${reason ?? "no reason"} for ${path}`, () => {
    const kind = path.endsWith("/") ? "directory" : "file";
    assert.equal(ignoreRules(GROUPS).ignores(path.replace(/\/$/, ""), kind), reason);
  });
}

Deno.test("ignoreRules() prunes directories only where nothing can come back", () => {
  const rules = ignoreRules([{ from: "x", patterns: ["a/", "b/*", "!a/keep", "!b/keep", "c", "!c"] }]);
  assert.deepEqual(["a", "b", "b/d", "b/keep", "c"].map(rules.prunes), [true, false, true, false, false]);
});

Deno.test("ignoreRules() keeps everything when there is no pattern", () => {
  assert.equal(ignoreRules([]).ignores("a", "file"), undefined);
});

toolTest("ignoreRules() leaves out what git leaves out, by the same line of the file", ["git"], async () => {
  await using root = await tempDirectory();
  for (const path of PATHS) {
    if (path.endsWith("/")) await Deno.mkdir(`${root.path}/${path}`, { recursive: true });
    else await Deno.writeTextFile(`${root.path}/${path}`, "");
  }
  await tool("git", ["init", "--quiet", root.path]);
  // What git's manual calls a plain asterisk crosses slashes in git 2.39 when only plain text stands before it.
  const agreed = patternArbitrary.filter((pattern) => !/[^/!*]\*\*/.test(pattern));
  await fc.assert(
    fc.asyncProperty(fc.array(agreed, { maxLength: 6 }), fc.constantFrom("\n", "\r\n"), async (patterns, end) => {
      const text = patterns.map((pattern) => pattern + end).join("");
      await Deno.writeTextFile(`${root.path}/.gitignore`, text);
      const rules = ignoreRules([parseIgnoreFile(text, ".gitignore")]);
      const found = PATHS.map((path) =>
        rules.ignores(path.replace(/\/$/, ""), path.endsWith("/") ? "directory" : "file")
      );
      assert.deepEqual(found, await reasonsOfGit(root.path));
    }),
    { numRuns: 200, examples: [[["\ufeffa", "b "], "\n"], [["#a", "\\#x", "", " "], "\r\n"]] },
  );
});

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
