import assert from "node:assert/strict";
import { archive } from "../../src/pipeline/archive.ts";
import type { Archiver } from "../../src/pipeline/plugin.ts";
import type { Archive, Selected } from "../../src/pipeline/values.ts";
import { archiver, fakeContext, fileEntry, SOURCE } from "./fakes.ts";

const SELECTED: Selected = {
  source: SOURCE,
  entries: [fileEntry("a"), fileEntry("b")],
  dropped: [{ path: "c", reason: "*.c" }],
};

Deno.test("archive() gives the entries that were kept to the archiver, and adds what it made", async () => {
  const context = fakeContext();
  const made = await archiver().archive(SELECTED.entries, context);
  const given: unknown[] = [];
  const watching = {
    name: "watching",
    archive(...args): Promise<Archive> {
      given.push(...args);
      return Promise.resolve(made);
    },
  } satisfies Archiver;
  assert.deepEqual(await archive(watching)(SELECTED, context), { ...SELECTED, archive: made });
  assert.deepEqual(given, [SELECTED.entries, context]);
});

Deno.test("archive() tells of each layer when it is verbose", async () => {
  const context = fakeContext();
  await archive(archiver())(SELECTED, context);
  assert.deepEqual(context.messages, [
    "debug: Packed application/vnd.test.list.v1+json, 9 bytes, " +
    "sha256:0473ef2dc0d324ab659d3580c1134e9d812035905c4781fdd6d529b0c6860e13",
  ]);
});

Deno.test("archive() throws when a name that was kept is one that consumers refuse", async () => {
  const selected = { ...SELECTED, entries: [fileEntry("a\\b")] };
  await assert.rejects(archive(archiver())(selected, fakeContext()), {
    name: "SourceError",
    message: /"a\\\\b".* backslash/,
  });
});

Deno.test("archive() puts what custom steps brought in into order, and refuses the same path twice", async () => {
  const names = (packed: Selected): readonly string[] => packed.entries.map(({ path }) => path);
  const mixed = { ...SELECTED, entries: [fileEntry("b"), fileEntry("a-b"), fileEntry("a/b"), fileEntry("a")] };
  assert.deepEqual(names(await archive(archiver())(mixed, fakeContext())), ["a", "a/b", "a-b", "b"]);
  const twice = { ...SELECTED, entries: [fileEntry("b"), fileEntry("a"), fileEntry("b")] };
  await assert.rejects(archive(archiver())(twice, fakeContext()), { name: "SourceError", message: /"b".* twice/ });
});

Deno.test("archive() names the archiver that failed", async () => {
  const cause = new Error("Cannot pack");
  await assert.rejects(archive({ name: "broken", archive: () => Promise.reject(cause) })(SELECTED, fakeContext()), {
    name: "StageError",
    message: "Cannot pack",
    stage: "archive",
    plugin: "broken",
    cause,
  });
});
