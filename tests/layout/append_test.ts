import assert from "node:assert/strict";
import { bytesContent, readContent } from "../../src/oci/bytes_content.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { REF_NAME_ANNOTATION } from "../../src/oci/annotation_keys.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { appendLayers, takeAndAppend } from "../../src/layout/append.ts";
import type { ReadManifest } from "../../src/layout/graph.ts";
import { EMPTY_INDEX, type LayoutIndex } from "../../src/layout/index.ts";
import { companionManifest } from "../../src/store/companion_manifest.ts";
import { layersIn } from "../../src/store/merge_companion.ts";
import type { StoredManifest } from "../../src/store/store.ts";
import { sampleArtifact } from "./sample_artifact.ts";

const IMAGE = sampleArtifact("image").manifest.descriptor;
const TAG = `${IMAGE.digest.replace(":", "-")}.sig`;
const KIND = "dev.cosignproject.cosign/";

function layer(name: string): Descriptor {
  const digest = digestOf(new TextEncoder().encode("payload"));
  return { mediaType: "text/plain", digest, size: 7, annotations: { signature: name } };
}

async function signatures(...names: readonly string[]): Promise<StoredManifest> {
  const { manifest } = companionManifest(names.map(layer));
  return { descriptor: manifest.descriptor, bytes: await readContent(manifest) };
}

/** What `cosign save` writes: no names, and kinds that say what is what. */
function savedWith({ descriptor }: StoredManifest): LayoutIndex {
  const { mediaType, digest, size } = IMAGE;
  return {
    ...EMPTY_INDEX,
    manifests: [
      { mediaType, digest, size, annotations: { kind: `${KIND}image` } },
      { ...descriptor, annotations: { kind: `${KIND}sigs` } },
    ],
  };
}

/** What is listed as signatures, by its digest. */
function listedIn({ manifests }: LayoutIndex): readonly string[] {
  return manifests.filter(({ digest }) => digest !== IMAGE.digest).map(({ digest, annotations }) => {
    return `${digest} ${JSON.stringify(annotations)}`;
  });
}

const SIGS = JSON.stringify({ kind: `${KIND}sigs` });

for (
  const [what, there, arriving, expected] of [
    ["leaves signatures as they are when all are there", ["a", "b"], ["a"], ["a", "b"]],
    ["leaves signatures as they are when just these are there", ["a"], ["a"], ["a"]],
    ["takes a manifest that has those that are there, and more", ["a"], ["a", "b"], ["a", "b"]],
    ["puts together what is there and what comes", ["a"], ["b"], ["a", "b"]],
  ] as const
) {
  Deno.test(`appendLayers() ${what}, and they stay what cosign looks for`, async () => {
    const [before, manifest] = [await signatures(...there), await signatures(...arriving)];
    const known = new Map([before, manifest].map(({ descriptor, bytes }) => [descriptor.digest, bytes]));
    const index = savedWith(before);
    const layers = arriving.map(layer);
    const result = await appendLayers(
      index,
      { tag: TAG, place: TAG, layers, manifest },
      ({ digest }) => Promise.resolve(known.get(digest)),
    );
    const after = (await signatures(...expected)).descriptor.digest;
    assert.deepEqual(listedIn(result.after), [`${after} ${SIGS}`]);
    assert.ok(result.dropped.every(({ digest }) => digest !== after));
    const parts = [before, manifest].map(({ descriptor }) => descriptor.digest).filter((digest) => digest !== after);
    assert.deepEqual(new Set(result.dropped.map(({ digest }) => digest)), new Set(parts));
    const [, written] = result.contents;
    const bytes = written === undefined ? known.get(after) : await readContent(written);
    assert.ok(bytes !== undefined);
    assert.deepEqual(layersIn({ descriptor: { ...IMAGE, digest: after }, bytes }), expected.map(layer));
  });
}

for (const [name, append] of [["appendLayers()", "layers"], ["takeAndAppend()", "entries"]] as const) {
  Deno.test(`${name} takes nothing away that is listed, whatever comes by the name of signatures`, async () => {
    const [before, victim] = [await signatures("a"), await signatures("b")];
    const known = new Map([before, victim].map(({ descriptor, bytes }) => [descriptor.digest, bytes]));
    const read: ReadManifest = ({ digest }) => Promise.resolve(known.get(digest));
    const named = { annotations: { [REF_NAME_ANNOTATION]: TAG } };
    const index = { ...EMPTY_INDEX, manifests: [{ ...before.descriptor, ...named }, { ...victim.descriptor }] };
    const { after, dropped } = append === "layers"
      ? await appendLayers(index, { tag: TAG, place: TAG, layers: [layer("b")], manifest: victim }, read)
      : await takeAndAppend(index, [{ ...victim.descriptor, ...named }], read);
    const both = (await signatures("a", "b")).descriptor.digest;
    assert.deepEqual(
      after.manifests.map(({ digest }) => digest).toSorted(),
      [both, victim.descriptor.digest].toSorted(),
    );
    assert.ok(dropped.every(({ digest }) => digest === before.descriptor.digest));
  });
}

Deno.test("takeAndAppend() lets no index take the place of signatures", async () => {
  const there = await signatures("a");
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, manifests: [] }));
  const { descriptor } = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  const known = new Map([[there.descriptor.digest, there.bytes], [descriptor.digest, bytes]]);
  const named = { annotations: { [REF_NAME_ANNOTATION]: TAG } };
  const index = { ...EMPTY_INDEX, manifests: [{ ...there.descriptor, ...named }] };
  const read: ReadManifest = ({ digest }) => Promise.resolve(known.get(digest));
  const { after, dropped, contents } = await takeAndAppend(index, [{ ...descriptor, ...named }], read);
  assert.deepEqual([after.manifests, dropped, contents], [index.manifests, [], []]);
});
