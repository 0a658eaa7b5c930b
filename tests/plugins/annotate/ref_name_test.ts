import assert from "node:assert/strict";
import fc from "fast-check";
import { isRefName } from "../../../src/plugins/annotate/ref_name.ts";
import { runTool, toolTest } from "../../support/tools.ts";

Deno.test("isRefName() takes names of branches and tags, and nothing that leaves a directory", () => {
  for (
    const name of ["main", "feature/a-b", "v1.0.0", "1.0.0+build", "a@b", "ü", "renovate/@scope-x", "refs/heads/a"]
  ) {
    assert.equal(isRefName(name), true, name);
  }
  const wrong = ["", "@", "HEAD", "-x", ".a", "a/.b", "a..b", "../a", "/a", "a/", "a//b", "a.lock", "a.lock/b", "a b"];
  for (const name of [...wrong, "a\n", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{0}", "a."]) {
    assert.equal(isRefName(name), false, name);
  }
});

toolTest("isRefName() takes nothing that git refuses as a branch", ["git"], async () => {
  const piece = fc.constantFrom(..."ab./@{-~^:?*[\\ ".split(""), ".lock", "..", "ü", "HEAD", "\x7f");
  const name = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
  await fc.assert(fc.asyncProperty(name, async (text) => {
    const { code } = await runTool("git", ["check-ref-format", `refs/heads/${text}`]);
    if (isRefName(text)) assert.equal(code, 0, text);
    // What is refused beyond that: a leading dash, HEAD, and "@".
    else if (!text.startsWith("-") && text !== "HEAD" && text !== "@") assert.notEqual(code, 0, text);
  }));
});
