/**
 * Brings one sample artifact after the other into a layout: `push_loop.ts KIND PATH NAME COUNT WAY`, as a push does it,
 * as a copy does it, or as a copy into volumes. It writes `TAG DIGEST` after each tag that is set. Run by tests, which
 * let several of them run at once and let them die on their way.
 */
import { readGraph } from "../../src/store/graph.ts";
import { copyGraph, tagGraph } from "../../src/store/copy.ts";
import type { Store } from "../../src/store/store.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import { memoryStore } from "../support/memory_store.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { sampleArtifact } from "./sample_artifact.ts";
import { testContext } from "./test_context.ts";

const [kind, path = "", name = "", count = "", way] = Deno.args;
const context = testContext();
const say = (line: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const openStore = (): Store =>
  kind === "oci-archive"
    ? tarStore({ kind, path }, way === "volumes" ? { volumeSize: 1024 * 1024 } : {})
    : directoryStore({ kind: "oci-layout", path });

for (let turn = 0; turn < Number(count); turn++) {
  const tag = `${name}-${turn}`;
  say(`${tag} ${await (way === "push" ? push(tag) : copy(tag))}`);
}

async function push(tag: string): Promise<string> {
  const target = storeTarget(openStore(), { name: "layout" });
  const artifact = sampleArtifact(`${tag} `.repeat(5_000));
  const tags = [{ name: tag, immutable: true }, { name: "latest", immutable: false }];
  await target.upload(artifact, tags, context);
  await target.tag(artifact, tags, context);
  await target.discard(context);
  return artifact.manifest.descriptor.digest;
}

/** An artifact with a signature of it, so that several manifests come to be listed at once. */
async function copy(tag: string): Promise<string> {
  const source = memoryStore();
  const sample = sampleOf(`${tag} `.repeat(way === "volumes" ? 100_000 : 5_000));
  const { digest } = sample.manifest.descriptor;
  await putSample(source, sample, [tag], context);
  await putSample(source, sampleOf(`${tag} signed`, { subject: sample.manifest.descriptor }), [], context);
  await using destination = openStore();
  const graph = await readGraph(source, [tag], { referrers: true, concurrency: 4 }, context);
  await copyGraph(graph, { source, destination, concurrency: 4 }, context);
  await tagGraph(graph, new Map([[digest, [tag, "latest"]]]), { destination, concurrency: 1 }, context);
  await destination.commit(context);
  return digest;
}
