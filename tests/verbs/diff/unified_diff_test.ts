import assert from "node:assert/strict";
import { unifiedDiff } from "../../../src/verbs/diff/unified_diff.ts";

const CASES: readonly (readonly [what: string, versions: Parameters<typeof unifiedDiff>[0], patch: string])[] = [
  ["a name", { path: "a.txt", before: "1\n", after: "2\n" }, "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-1\n+2\n"],
  [
    "a name with a space",
    { path: "a b.txt", before: "1\n", after: "2\n" },
    "--- a/a b.txt\t\n+++ b/a b.txt\t\n@@ -1,1 +1,1 @@\n-1\n+2\n",
  ],
  [
    "a name with a space of a new file that holds such names",
    { path: "a b", after: "++ a b\n" },
    "--- /dev/null\n+++ b/a b\t\n@@ -0,0 +1,1 @@\n+++ a b\n",
  ],
  [
    "a name with a space of a file that is gone",
    { path: "a b", before: "-- a b\n" },
    "--- a/a b\t\n+++ /dev/null\n@@ -1,1 +0,0 @@\n--- a b\n",
  ],
  ["an empty file that is new", { path: "a", after: "" }, ""],
  ["an empty file that is gone", { path: "a", before: "" }, ""],
];

for (const [what, versions, patch] of CASES) {
  Deno.test(`unifiedDiff() writes ${what} as patch reads it`, () => assert.equal(unifiedDiff(versions, 3), patch));
}
