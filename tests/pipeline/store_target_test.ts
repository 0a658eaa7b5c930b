import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { attachmentsOf } from "../../src/pipeline/bring_to_targets.ts";
import { StageError } from "../../src/pipeline/stage_error.ts";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import type { Moved, Store } from "../../src/store/store.ts";
import { memoryPlace, memoryStore } from "../support/memory_store.ts";
import { sampleArtifact } from "../layout/sample_artifact.ts";
import { fakeContext } from "./fakes.ts";

const TAGS = [{ name: "1.0", immutable: true }, { name: "latest", immutable: false }];
const ARTIFACT = sampleArtifact("layer");
const MANIFEST = ARTIFACT.manifest.descriptor;
const BLOBS = [ARTIFACT.archive.config, ...ARTIFACT.archive.layers].map(({ descriptor }) => descriptor);
const CONTEXT = fakeContext();

/** A store in memory that records what is done to it; what tells when tags are shown is only said. */
function spied(calls: string[], shownBy: Store["shownBy"], place = memoryPlace()): Store {
  const store = memoryStore(place);
  const names = new Map([...BLOBS.map(({ digest }, at) => [digest, `blob ${at}`] as const)]);
  return {
    ...store,
    shownBy,
    push: (blob, context) => (calls.push(names.get(blob.descriptor.digest) ?? "blob"), store.push(blob, context)),
    pushManifest: (manifest, context) => (calls.push("manifest"), store.pushManifest(manifest, context)),
    tag: (manifest, tags, context) => (
      calls.push(["tag", ...tags.map(({ name }) => name)].join(" ")), store.tag(manifest, tags, context)
    ),
    prepare: (context) => (calls.push("prepare"), store.prepare(context)),
    commit: () => (calls.push("commit"), Promise.resolve([{ tag: "1.0" }, { tag: "latest" }])),
    [Symbol.asyncDispose]: () => (calls.push("dispose"), Promise.resolve()),
  };
}

Deno.test("storeTarget() pushes blobs, then the manifest, and tags when it is told to", async () => {
  const calls: string[] = [];
  const target = storeTarget(spied(calls, "tag"), { name: "memory", ownTag: { name: "own", immutable: false } });
  assert.deepEqual([target.name, target.url, target.ownTag?.name], ["memory", "oci://memory.test/app", "own"]);
  assert.deepEqual(await target.upload(ARTIFACT, TAGS, CONTEXT), {
    url: "oci://memory.test/app",
    uploaded: [...BLOBS, MANIFEST],
    existing: [],
    bytesSent: [...BLOBS, MANIFEST].reduce((sum, { size }) => sum + size, 0),
  });
  assert.equal(await target.resolve("1.0", CONTEXT), undefined);
  assert.deepEqual(calls, ["blob 0", "blob 1", "manifest", "prepare"]);
  assert.deepEqual(await target.tag(ARTIFACT, TAGS, CONTEXT), [{ tag: "1.0" }, { tag: "latest" }]);
  assert.equal(await target.resolve("1.0", CONTEXT), MANIFEST.digest);
  await target.discard(CONTEXT);
  assert.deepEqual(calls.slice(4), ["tag 1.0 latest", "dispose"]);
});

Deno.test("storeTarget() names the tags during the upload when the store shows them by its commit", async () => {
  const calls: string[] = [];
  const target = storeTarget(spied(calls, "commit"), { name: "memory" });
  await target.upload(ARTIFACT, TAGS, CONTEXT);
  assert.deepEqual(calls.splice(0), ["blob 0", "blob 1", "manifest", "tag 1.0 latest", "prepare"]);
  assert.deepEqual(await target.tag(ARTIFACT, TAGS, CONTEXT), [{ tag: "1.0" }, { tag: "latest" }]);
  assert.deepEqual(calls, ["commit"]);
});

Deno.test("storeTarget() pushes nothing when all of it is there", async () => {
  const place = memoryPlace();
  await storeTarget(memoryStore(place), { name: "memory" }).upload(ARTIFACT, TAGS, CONTEXT);
  const calls: string[] = [];
  const receipt = await storeTarget(spied(calls, "tag", place), { name: "memory" }).upload(ARTIFACT, TAGS, CONTEXT);
  assert.deepEqual([receipt.uploaded, receipt.existing, receipt.bytesSent], [[], [...BLOBS, MANIFEST], 0]);
  assert.deepEqual(calls, ["prepare"]);
});

Deno.test("storeTarget() pushes as many blobs side by side as it was told", async () => {
  for (const concurrency of [1, 2]) {
    let [now, most] = [0, 0];
    const store = memoryStore();
    const counting: Store = {
      ...store,
      async push(blob, context): ReturnType<Store["push"]> {
        most = Math.max(most, ++now);
        try {
          return await store.push(blob, context);
        } finally {
          now--;
        }
      },
    };
    await storeTarget(counting, { name: "memory", concurrency }).upload(ARTIFACT, TAGS, CONTEXT);
    assert.equal(most, concurrency);
  }
});

Deno.test("storeTarget() pushes no manifest when a blob fails", async () => {
  const calls: string[] = [];
  const failing: Store = { ...spied(calls, "commit"), push: () => Promise.reject(new Error("disk full")) };
  await assert.rejects(storeTarget(failing, { name: "memory" }).upload(ARTIFACT, TAGS, CONTEXT), /disk full/);
  assert.deepEqual(calls, []);
});

Deno.test("storeTarget() counts a blob as sent that had to be sent again for its manifest", async () => {
  const store = memoryStore();
  const [config, layer] = BLOBS;
  assert.ok(config !== undefined && layer !== undefined);
  const healing: Store = {
    ...store,
    push: () => Promise.resolve({ existed: true, bytesSent: 0 }),
    pushManifest: () => Promise.resolve({ existed: false, bytesSent: 100, resent: [layer.digest] }),
  };
  assert.deepEqual(await storeTarget(healing, { name: "memory" }).upload(ARTIFACT, TAGS, CONTEXT), {
    url: "oci://memory.test/app",
    uploaded: [layer, MANIFEST],
    existing: [config],
    bytesSent: 100,
  });
});

Deno.test("bring() of a store's target pushes what refers to the artifact and prepares the store again", async () => {
  const calls: string[] = [];
  const target = storeTarget(spied(calls, "commit"), { name: "memory" });
  await target.upload(ARTIFACT, TAGS, CONTEXT);
  calls.length = 0;
  const layers = [bytesContent("text/plain", new TextEncoder().encode("scan"))];
  const referrers = [{ artifactType: "application/vnd.test", layers }];
  await target.bring(attachmentsOf({ referrers }, MANIFEST), CONTEXT);
  assert.deepEqual(calls, ["blob 0", "blob", "manifest", "prepare"]);
});

/** A store whose tags bring the manifest, as those of a registry do. */
function bringing(calls: string[], place = memoryPlace()): Store {
  const store = spied(calls, "tag", place);
  return {
    ...store,
    tagBringsManifest: true,
    resolve: (name, context) => (calls.push(`resolve ${name}`), store.resolve(name, context)),
    async tag(manifest, tags, context, options = {}): Promise<readonly Moved[]> {
      if (options.bringsManifest) place.manifests.set(manifest.descriptor.digest, manifest);
      return await store.tag(manifest, tags, context);
    },
  };
}

Deno.test("storeTarget() leaves the manifest to the tags when they are next, and asks for the immutable ones with the blobs", async () => {
  const calls: string[] = [];
  const place = memoryPlace();
  const target = storeTarget(bringing(calls, place), { name: "memory" });
  const receipt = await target.upload(ARTIFACT, TAGS, CONTEXT, { areTagsNext: true });
  assert.deepEqual(receipt.uploaded, [...BLOBS, MANIFEST]);
  assert.deepEqual(calls.splice(0), ["blob 0", "blob 1", "resolve 1.0", "prepare"]);
  assert.equal(place.manifests.size, 0);
  await target.tag(ARTIFACT, TAGS, CONTEXT);
  assert.deepEqual(calls, ["tag 1.0 latest"]);
  assert.deepEqual([...place.manifests.keys()], [MANIFEST.digest]);
});

Deno.test("storeTarget() leaves the manifest to no tags when there are none", async () => {
  const calls: string[] = [];
  const target = storeTarget(bringing(calls), { name: "memory" });
  await target.upload(ARTIFACT, [], CONTEXT, { areTagsNext: true });
  assert.deepEqual(calls, ["blob 0", "blob 1", "manifest", "prepare"]);
});

Deno.test("bring() of a store's target brings a manifest first that was left to the tags", async () => {
  const calls: string[] = [];
  const place = memoryPlace();
  const target = storeTarget(bringing(calls, place), { name: "memory" });
  await target.upload(ARTIFACT, TAGS, CONTEXT, { areTagsNext: true });
  calls.length = 0;
  const layers = [bytesContent("text/plain", new Uint8Array([1]))];
  await target.bring(
    attachmentsOf({ referrers: [{ artifactType: "application/vnd.note", layers }] }, MANIFEST),
    CONTEXT,
  );
  assert.equal(calls[0], "manifest");
  assert.ok(place.manifests.has(MANIFEST.digest));
});

Deno.test("storeTarget() takes the long way when a tag does not bring the manifest", async () => {
  const calls: string[] = [];
  const place = memoryPlace();
  const store = bringing(calls, place);
  const refusing: Store = {
    ...store,
    tag: (manifest, tags, context, options = {}) =>
      options.bringsManifest ? Promise.reject(new Error("not so")) : store.tag(manifest, tags, context),
  };
  const target = storeTarget(refusing, { name: "memory" });
  await target.upload(ARTIFACT, TAGS, CONTEXT, { areTagsNext: true });
  calls.length = 0;
  assert.deepEqual(await target.tag(ARTIFACT, TAGS, CONTEXT), [{ tag: "1.0" }, { tag: "latest" }]);
  assert.deepEqual(calls, ["manifest", "tag 1.0 latest"]);
});

Deno.test("storeTarget() blames the upload when it is the manifest that is not taken", async () => {
  const store: Store = {
    ...bringing([]),
    tag: () => Promise.reject(new Error("no tag")),
    pushManifest: () => Promise.reject(new Error("no manifest")),
  };
  const target = storeTarget(store, { name: "memory" });
  await target.upload(ARTIFACT, TAGS, CONTEXT, { areTagsNext: true });
  await assert.rejects(target.tag(ARTIFACT, TAGS, CONTEXT), (error) => {
    assert.ok(error instanceof StageError);
    assert.deepEqual([error.stage, error.message], ["upload", "no manifest"]);
    return true;
  });
});
