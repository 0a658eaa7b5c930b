import assert from "node:assert/strict";
import type { Digest } from "../../src/oci/digest.ts";
import { tag } from "../../src/pipeline/tag.ts";
import { TargetsError } from "../../src/pipeline/target.ts";
import { upload } from "../../src/pipeline/upload.ts";
import { memoryTarget } from "../support/memory_target.ts";
import { fakeArtifact, fakeContext, tagger } from "./fakes.ts";

const OTHER: Digest = `sha256:${"0".repeat(64)}`;
const TAGGERS = [tagger("static", [{ name: "1.0.0", immutable: true }, { name: "latest", immutable: false }])];

Deno.test("tag() sets the tags in every target, its own tag in its own target only, and says what moved", async () => {
  const artifact = await fakeArtifact();
  const { digest } = artifact.manifest.descriptor;
  const targets = [
    memoryTarget({ url: "oci://a/x", tags: { latest: OTHER } }),
    memoryTarget({ url: "oci://b/x", ownTag: "edge", tags: { "1.0.0": digest } }),
  ];
  const uploaded = await upload(targets, TAGGERS)(artifact, fakeContext());

  const publication = await tag(targets)(uploaded, fakeContext());

  const [a, b] = targets;
  assert.deepEqual([...a?.tags ?? []], [["latest", digest], ["1.0.0", digest]]);
  assert.deepEqual([...b?.tags ?? []], [["1.0.0", digest], ["edge", digest], ["latest", digest]]);
  const [first, second] = uploaded.receipts;
  assert.deepEqual(publication, {
    ...artifact,
    published: [
      { ...first, tags: [{ tag: "1.0.0" }, { tag: "latest", from: OTHER }] },
      { ...second, tags: [{ tag: "edge" }, { tag: "1.0.0", from: digest }, { tag: "latest" }] },
    ],
  });
});

Deno.test("tag() goes through all targets when one fails, and says which have it", async () => {
  const targets = ["a", "b", "c"].map((name) =>
    memoryTarget({
      url: `oci://${name}/x`,
      before: (call) => {
        if (name === "b" && call.startsWith("tag")) throw new Error("Cannot tag in b");
      },
    })
  );
  const uploaded = await upload(targets, TAGGERS)(await fakeArtifact(), fakeContext());
  await assert.rejects(tag(targets)(uploaded, fakeContext()), (error) => {
    assert.ok(error instanceof TargetsError);
    assert.deepEqual([error.done, error.failed], [["oci://a/x", "oci://c/x"], ["oci://b/x"]]);
    return true;
  });
  assert.deepEqual(targets.map(({ tags }) => tags.size), [2, 0, 2]);
});

Deno.test("tag() asks the target even when there is no tag, so that it can end its work", async () => {
  const target = memoryTarget();
  const uploaded = await upload([target], [])(await fakeArtifact(), fakeContext());
  const { published } = await tag([target])(uploaded, fakeContext());
  assert.deepEqual(target.calls, ["upload", "tag"]);
  assert.deepEqual(published.map(({ tags }) => tags), [[]]);
});
