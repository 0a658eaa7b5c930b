import assert from "node:assert/strict";
import { bundledArtifact } from "../../src/bundle/bundled_artifact.ts";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { encodeManifest } from "../../src/oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { readGraph } from "../../src/store/graph.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { testContext } from "../registry/support.ts";
import { memoryStore } from "../support/memory_store.ts";
import { putSample, sampleOf, textContent } from "../support/store_samples.ts";

Deno.test("bundledArtifact() says what a referrer is, by its config where it does not say so itself", async () => {
  await using scratch = createScratch();
  const context = { ...testContext(), scratch };
  const store = memoryStore();
  const root = sampleOf("root");
  const subject = root.manifest.descriptor;
  await putSample(store, root, ["1"], context);
  await putSample(store, sampleOf("sbom", { subject, artifactType: "application/vnd.sbom" }), [], context);
  const config = textContent("{}", "application/vnd.signature.config");
  const signature = bytesContent(
    OCI_MANIFEST_MEDIA_TYPE,
    encodeManifest({ config: config.descriptor, layers: [config.descriptor], subject }),
  );
  await store.push(config, context);
  await store.pushManifest(signature, context);
  const graph = await readGraph(store, [subject.digest], { referrers: true, concurrency: 1 }, context);
  const { referrers } = bundledArtifact(graph, { origin: "h/a", root: subject, tags: ["1"] });
  const types = referrers.map(({ artifactType }) => artifactType);
  assert.deepEqual(types.toSorted(), ["application/vnd.sbom", "application/vnd.signature.config"]);
});
