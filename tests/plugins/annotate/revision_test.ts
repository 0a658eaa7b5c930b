import assert from "node:assert/strict";
import { formatRevision, type Revision, revisionCommit } from "../../../src/plugins/annotate/revision.ts";

const SHA1 = "1eabc9a41ca088515cab83f1cce49eb43e84b67f";
const SHA256 = "8fb62a09c9e48ace5463bf940dc15e85f525be4f230e223bbceef6e13024110c";

Deno.test("formatRevision() writes the bare commit, or the name and the commit as Flux has it", () => {
  const cases: readonly (readonly [Revision, string])[] = [
    [{ style: "commit", commit: SHA1, branch: "main", tag: "v1" }, SHA1],
    [{ style: "flux", commit: SHA1, branch: "main" }, `main@sha1:${SHA1}`],
    [{ style: "flux", commit: SHA1, branch: "main", tag: "v1" }, `v1@sha1:${SHA1}`],
    [{ style: "flux", commit: SHA256, branch: "a/b@c" }, `a/b@c@sha256:${SHA256}`],
    [{ style: "flux", commit: SHA1 }, `sha1:${SHA1}`],
  ];
  for (const [revision, expected] of cases) {
    assert.equal(formatRevision(revision), expected);
    assert.equal(revisionCommit(expected), revision.commit);
  }
});

Deno.test("revisionCommit() finds no commit where there is none", () => {
  for (const text of ["", "main", "1.0.0", `sha1:${SHA1}0`, `x${SHA1}`, `main@sha1:${SHA1.slice(1)}`]) {
    assert.equal(revisionCommit(text), undefined, text);
  }
});
