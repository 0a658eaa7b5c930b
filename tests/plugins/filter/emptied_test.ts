import assert from "node:assert/strict";
import type { Entry } from "../../../src/pipeline/entry.ts";
import type { Drop } from "../../../src/pipeline/plugin.ts";
import { emptied } from "../../../src/plugins/filter/emptied.ts";
import { directoryEntry, fakeContext, fileEntry } from "../../pipeline/fakes.ts";
import { runBuiltIn } from "../../support/prepared.ts";

Deno.test("emptied() leaves out the directories above a path in which nothing else is", async () => {
  const paths = async (...files: readonly string[]): Promise<readonly string[]> => {
    const directories = ["dist", "dist/a", "dist/a/b", "out", "empty"].map(directoryEntry);
    const entries = [...directories, ...files.map((path) => fileEntry(path))];
    return (await dropsOf(["dist/a/b/app", "out/app"], entries)).map(({ path }) => path);
  };
  assert.deepEqual(await paths(), ["dist", "dist/a", "dist/a/b", "out"]);
  assert.deepEqual(await paths("dist/a/file"), ["dist/a/b", "out"]);
  assert.deepEqual(await paths("dist/a/b/file", "outside"), ["out"]);
});

Deno.test("emptied() keeps a directory that holds an empty one of the user's own", async () => {
  const entries = [directoryEntry("dist"), directoryEntry("dist/own")];
  assert.deepEqual(await dropsOf(["dist/app"], entries), []);
});

async function dropsOf(paths: readonly string[], entries: readonly Entry[]): Promise<readonly Drop[]> {
  const factory = emptied({ paths, reason: "why" });
  return (await runBuiltIn(factory, { input: { entries }, context: fakeContext() }))?.drop ?? [];
}
