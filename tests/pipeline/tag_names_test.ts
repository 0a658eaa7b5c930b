import assert from "node:assert/strict";
import { tagNames, tagsOfTarget } from "../../src/pipeline/tag.ts";
import { memoryTarget } from "../support/memory_target.ts";
import { fakeArtifact, fakeContext, fakePlugin, tagger } from "./fakes.ts";
import type { TagName } from "../../src/store/store.ts";

const free = (name: string): TagName => ({ name, immutable: false });
const fixed = (name: string): TagName => ({ name, immutable: true });

const COMBINED:
  readonly (readonly [what: string, taggers: readonly (readonly TagName[])[], names: readonly TagName[]])[] = [
    ["nothing when there are no taggers", [], []],
    ["nothing when taggers name nothing", [[], []], []],
    ["the names in the order of the taggers", [[free("b")], [], [fixed("c"), free("a")]], [
      free("b"),
      fixed("c"),
      free("a"),
    ]],
    ["a name once when several name it", [[free("a"), free("b")], [free("a")]], [free("a"), free("b")]],
    ["an immutable name when only the first says so", [[fixed("a")], [free("a")]], [fixed("a")]],
    ["an immutable name when only the last says so", [[free("a"), free("b")], [fixed("a")]], [fixed("a"), free("b")]],
    ["an immutable name when one tagger says both", [[fixed("a"), free("a")]], [fixed("a")]],
  ];

for (const [what, taggers, names] of COMBINED) {
  Deno.test(`tagNames() gives ${what}`, async () => {
    const named = taggers.map((tags, at) => tagger(`tagger ${at}`, tags));
    assert.deepEqual(await tagNames(named, await fakeArtifact(), fakeContext()), names);
  });
}

Deno.test("tagNames() takes a mere text for a name that may move", async () => {
  const names = await tagNames(
    [fakePlugin("tag", "mine", () => ({ tags: ["a"] }))],
    await fakeArtifact(),
    fakeContext(),
  );
  assert.deepEqual(names, [free("a")]);
});

Deno.test("tagNames() passes over a tagger that skips", async () => {
  const skipping = fakePlugin("tag", "mine", (_input, { skip }) => skip("not today"));
  const names = await tagNames([skipping, tagger("fine", [free("a")])], await fakeArtifact(), fakeContext());
  assert.deepEqual(names, [free("a")]);
});

Deno.test("tagNames() names the tagger whose name is no tag", async () => {
  const taggers = [tagger("fine", [free("a")]), tagger("broken", [free("b"), free("1.0+x")])];
  await assert.rejects(tagNames(taggers, await fakeArtifact(), fakeContext()), {
    name: "StageError",
    message: 'Cannot parse tag "1.0+x": "+" is not allowed in an OCI tag',
    stage: "tag",
    plugin: "broken",
  });
});

Deno.test("tagNames() names the tagger that failed", async () => {
  const cause = new Error("Cannot name it");
  const broken = fakePlugin("tag", "broken", () => Promise.reject(cause));
  await assert.rejects(tagNames([broken], await fakeArtifact(), fakeContext()), {
    name: "StageError",
    stage: "tag",
    plugin: "broken",
    cause,
  });
});

Deno.test("tagsOfTarget() puts the tag of the target's own reference first", () => {
  const names = [fixed("1.0.0"), free("latest")];
  assert.deepEqual(tagsOfTarget(memoryTarget({ ownTag: "edge" }), names), [free("edge"), ...names]);
  assert.deepEqual(tagsOfTarget(memoryTarget({ ownTag: "edge" }), []), [free("edge")]);
});

Deno.test("tagsOfTarget() names a tag once, and keeps it immutable, when the target's reference has it as well", () => {
  const names = [free("latest"), fixed("1.0.0")];
  assert.deepEqual(tagsOfTarget(memoryTarget({ ownTag: "1.0.0" }), names), names);
});

Deno.test("tagsOfTarget() gives the names for all when the target's reference has no tag", () => {
  assert.deepEqual(tagsOfTarget(memoryTarget(), [free("latest")]), [free("latest")]);
});
