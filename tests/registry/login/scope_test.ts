import assert from "node:assert/strict";
import { mergeScopes, repositoryScope } from "../../../src/registry/login/scope.ts";

Deno.test("repositoryScope() names what is wanted in a repository", () => {
  assert.equal(repositoryScope("acme/app", "pull"), "repository:acme/app:pull");
  assert.equal(repositoryScope("acme/app", "push"), "repository:acme/app:pull,push");
  assert.equal(repositoryScope("acme/app", "delete"), "repository:acme/app:delete,pull,push");
});

const CASES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["repository:a:push,pull", "repository:a:pull"], ["repository:a:pull,push"]],
  [["repository:b:pull", "repository:a:pull"], ["repository:b:pull", "repository:a:pull"]],
  [["repository:a:pull repository:b:push", ""], ["repository:a:pull", "repository:b:push"]],
  [["repository:a:pull", "repository:a:*"], ["repository:a:*"]],
  [["registry:catalog:*"], ["registry:catalog:*"]],
  [["aws"], ["aws"]],
];

for (const [scopes, expected] of CASES) {
  Deno.test(`mergeScopes() makes ${JSON.stringify(expected)} of ${JSON.stringify(scopes)}`, () => {
    assert.deepEqual(mergeScopes(scopes), expected);
    assert.deepEqual(mergeScopes(mergeScopes(scopes)), expected);
  });
}
