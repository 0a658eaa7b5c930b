import assert from "node:assert/strict";
import { refuseMovedVersions } from "../../../src/layout/bundle/list_bundle.ts";
import { EMPTY_INDEX, type LayoutIndex, setTags } from "../../../src/layout/index.ts";
import { TagExistsError } from "../../../src/store/store.ts";
import { sampleOf } from "../../support/store_samples.ts";

const [ours, theirs] = ["ours", "theirs"].map((text) => sampleOf(text).manifest.descriptor);
assert.ok(ours !== undefined && theirs !== undefined);

function listing(descriptor: typeof ours, ...tags: readonly string[]): LayoutIndex {
  assert.ok(descriptor !== undefined);
  return setTags(EMPTY_INDEX, descriptor, tags).index;
}

const TAKEN: readonly (readonly [what: string, before: LayoutIndex, after: LayoutIndex, refused?: string])[] = [
  ["what is new", EMPTY_INDEX, listing(theirs, "1.0.0", "latest")],
  ["what is there already", listing(ours, "1.0.0"), listing(ours, "1.0.0")],
  ["a name that is no version and moves", listing(ours, "latest"), listing(theirs, "latest")],
  ["something without a name", listing(ours, "1.0.0"), listing(theirs)],
  ["a version that would move", listing(ours, "latest", "1.0.0"), listing(theirs, "latest", "1.0.0"), "1.0.0"],
];

for (const [what, before, { manifests }, refused] of TAKEN) {
  Deno.test(`refuseMovedVersions() ${refused === undefined ? "takes" : "refuses"} ${what}`, () => {
    const take = (): void => refuseMovedVersions("oci-layout:here", before, manifests);
    if (refused === undefined) return take();
    assert.throws(take, (error) => {
      assert.ok(error instanceof TagExistsError);
      assert.match(error.message, /1\.0\.0/);
      assert.ok(error.message.includes(ours?.digest ?? ""), error.message);
      return true;
    });
  });
}
