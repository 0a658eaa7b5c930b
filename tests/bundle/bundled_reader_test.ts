import assert from "node:assert/strict";
import { readGraph } from "../../src/store/graph.ts";
import { bundledArtifact } from "../../src/bundle/bundled_artifact.ts";
import { bundledReader } from "../../src/bundle/bundled_reader.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { testContext } from "../registry/support.ts";
import { memoryStore } from "../support/memory_store.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";

Deno.test("bundledReader() knows the referrers of one artifact, and not those that came with others", async () => {
  const scratch = createScratch();
  try {
    const context = { ...testContext(), scratch };
    const store = memoryStore();
    const root = sampleOf("root");
    const [ours, theirs] = ["ours", "theirs"].map((text) => sampleOf(text, { subject: root.manifest.descriptor }));
    assert.ok(ours !== undefined && theirs !== undefined);
    await putSample(store, root, ["1"], context);
    const read = (from: typeof store): ReturnType<typeof readGraph> =>
      readGraph(from, [root.manifest.descriptor.digest], { referrers: true, concurrency: 1 }, context);
    await putSample(store, ours, [], context);
    const as = { origin: "h/a", root: root.manifest.descriptor, tags: ["1"] };
    const artifact = bundledArtifact(await read(store), as);
    assert.deepEqual(artifact.referrers.map(({ digest }) => digest), [ours.manifest.descriptor.digest]);
    await putSample(store, theirs, [], context);
    const found = await readGraph(
      bundledReader(store, artifact),
      [root.manifest.descriptor.digest],
      { referrers: true, concurrency: 1 },
      context,
    );
    assert.deepEqual(bundledArtifact(found, as), artifact);
    assert.equal((await read(store)).manifests.flat().length, 3);
  } finally {
    await scratch.close();
  }
});
