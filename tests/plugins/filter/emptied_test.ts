import assert from "node:assert/strict";
import { emptied } from "../../../src/plugins/filter/emptied.ts";
import { directoryEntry, fakeContext, fileEntry } from "../../pipeline/fakes.ts";

Deno.test("emptied() leaves out the directories above a path in which nothing else is", async () => {
  const filter = emptied(["dist/a/b/app", "out/app"], "why");
  const paths = async (...files: readonly string[]): Promise<readonly string[]> => {
    const directories = ["dist", "dist/a", "dist/a/b", "out", "empty"].map(directoryEntry);
    const dropped = await filter.filter([...directories, ...files.map((path) => fileEntry(path))], fakeContext());
    return dropped.map(({ path }) => path);
  };
  assert.deepEqual(await paths(), ["dist", "dist/a", "dist/a/b", "out"]);
  assert.deepEqual(await paths("dist/a/file"), ["dist/a/b", "out"]);
  assert.deepEqual(await paths("dist/a/b/file", "outside"), ["out"]);
});

Deno.test("emptied() keeps a directory that holds an empty one of the user's own", async () => {
  const entries = [directoryEntry("dist"), directoryEntry("dist/own")];
  assert.deepEqual(await emptied(["dist/app"], "why").filter(entries, fakeContext()), []);
});
