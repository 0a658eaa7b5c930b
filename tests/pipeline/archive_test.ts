import assert from "node:assert/strict";
import { archive } from "../../src/pipeline/archive.ts";
import type { Selected } from "../../src/pipeline/values.ts";
import { archiver, fakeArchive, fakeContext, fakePacked, fakePlugin, fileEntry, SOURCE } from "./fakes.ts";

const SELECTED: Selected = {
  source: SOURCE,
  entries: [fileEntry("a"), fileEntry("b")],
  dropped: [{ path: "c", reason: "*.c" }],
};

Deno.test("archive() gives the entries that were kept to the archiver, and adds what it made", async () => {
  const context = fakeContext();
  const made = fakeArchive(SELECTED.entries);
  const given: unknown[] = [];
  const watching = fakePlugin("archive", "watching", (input, { signal, scratch, progress }) => {
    given.push(input, signal, scratch, progress);
    const { profile: _, ...contents } = made;
    return contents;
  });
  assert.deepEqual(await archive(watching)(SELECTED, context), { ...SELECTED, archive: made });
  assert.deepEqual(given, [{ entries: SELECTED.entries }, context.signal, context.scratch, context.progress]);
});

Deno.test("archive() writes the empty config when there is none, and then a type of artifact", async () => {
  const { archive: { layers } } = fakePacked();
  const bare = fakePlugin("archive", "bare", () => ({ layers }));
  const { archive: made } = await archive(bare)(SELECTED, fakeContext());
  assert.deepEqual(made.config.descriptor, {
    mediaType: "application/vnd.oci.empty.v1+json",
    digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    size: 2,
  });
  assert.equal(made.artifactType, "application/vnd.unknown.artifact.v1");
  const typed = fakePlugin("archive", "typed", () => ({ layers, artifactType: "application/vnd.x" }));
  assert.equal((await archive(typed)(SELECTED, fakeContext())).archive.artifactType, "application/vnd.x");
});

Deno.test("archive() blames the plugin that was skipped: nothing else makes layers", async () => {
  const skipping = fakePlugin("archive", "skipping", (_input, context) => context.skip("no need"));
  await assert.rejects(archive(skipping)(SELECTED, fakeContext()), {
    name: "StageError",
    plugin: "skipping",
    message: "Plugin skipping (archive) gave a wrong result: it was skipped, and nothing else makes layers",
  });
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
  const mixed = { ...SELECTED, entries: [fileEntry("b"), fileEntry("a-b"), fileEntry("a/b"), fileEntry("a/a")] };
  assert.deepEqual(names(await archive(archiver())(mixed, fakeContext())), ["a/a", "a/b", "a-b", "b"]);
  const twice = { ...SELECTED, entries: [fileEntry("b"), fileEntry("a"), fileEntry("b")] };
  await assert.rejects(archive(archiver())(twice, fakeContext()), { name: "SourceError", message: /"b".* twice/ });
});

Deno.test("archive() refuses a file that others are below: no consumer could unpack it", async () => {
  const below = { ...SELECTED, entries: [fileEntry("a/b/c"), fileEntry("a")] };
  await assert.rejects(archive(archiver())(below, fakeContext()), {
    name: "SourceError",
    message: 'Cannot publish "a/b/c": it is below "a", which is a file',
  });
});

Deno.test("archive() refuses to pack nothing, whoever left everything out", async () => {
  await assert.rejects(archive(archiver())({ ...SELECTED, entries: [] }, fakeContext()), {
    name: "SourceError",
    message: /^Cannot publish ".*": there is no file left to pack$/,
  });
});

Deno.test("archive() names the archiver that failed", async () => {
  const cause = new Error("Cannot pack");
  await assert.rejects(archive(fakePlugin("archive", "broken", () => Promise.reject(cause)))(SELECTED, fakeContext()), {
    name: "StageError",
    message: "Cannot pack",
    stage: "archive",
    plugin: "broken",
    cause,
  });
});
