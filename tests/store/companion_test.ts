import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { parseManifest } from "../../src/oci/parse_manifest.ts";
import { bring } from "../../src/store/bring.ts";
import { takeCompanions } from "../../src/store/companion.ts";
import type { Store, StoredManifest } from "../../src/store/store.ts";
import { testContext } from "../layout/test_context.ts";
import { type MemoryPlace, memoryPlace, memoryStore } from "../support/memory_store.ts";

const bytes = new TextEncoder().encode("payload");
const SUBJECT = digestOf(new TextEncoder().encode("subject"));
const TAG = `${SUBJECT.replace(":", "-")}.sig`;

const POOL = { context: testContext(), concurrency: 2 };

function signature(name: string): Content {
  return bytesContent("text/plain", bytes, { annotations: { signature: name } });
}

async function layersIn(store: Store): Promise<readonly Descriptor[]> {
  const stored = await store.fetchManifest(TAG, testContext());
  assert.ok(stored !== undefined);
  const manifest = parseManifest(stored.bytes, stored.descriptor);
  assert.ok(manifest.kind === "manifest");
  return manifest.layers;
}

async function add(store: Store, name: string): Promise<void> {
  const subject = { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest: SUBJECT, size: 7 };
  const companions = [{ tag: TAG, layers: [signature(name)] }];
  await bring(store, { subject, referrers: [], companions }, POOL);
}

Deno.test("bring() keeps signatures of the same bytes apart, and writes none twice", async () => {
  const place = memoryPlace();
  const store = memoryStore(place);
  await add(store, "a");
  await add(store, "b");
  const both = place.tags.get(TAG);
  await add({ ...store, tag: () => assert.fail("it was written again") }, "a");
  assert.equal(place.tags.get(TAG), both);
  assert.deepEqual(await layersIn(store), ["a", "b"].map((name) => signature(name).descriptor));
});

/** Lets somebody else write at a certain moment of the work, once. */
function disturbed(place: MemoryPlace, moment: "tag" | "fetchManifest", other: () => Promise<unknown>): Store {
  const store = memoryStore(place);
  let isOver = false;
  const disturb = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await other();
  };
  return {
    ...store,
    async fetchManifest(name, context): ReturnType<Store["fetchManifest"]> {
      const found = await store.fetchManifest(name, context);
      if (moment === "fetchManifest") await disturb();
      return found;
    },
    async tag(manifest, tags, context): ReturnType<Store["tag"]> {
      const moved = await store.tag(manifest, tags, context);
      if (moment === "tag") await disturb();
      return moved;
    },
  };
}

Deno.test("bring() takes over what another writer put there after the first look", async () => {
  const place = memoryPlace();
  await add(memoryStore(place), "old");
  const store = disturbed(place, "fetchManifest", () => add(memoryStore(place), "theirs"));
  await add(store, "ours");
  assert.deepEqual(
    (await layersIn(store)).map(({ annotations }) => annotations?.signature).toSorted(),
    ["old", "ours", "theirs"],
  );
});

Deno.test("bring() writes again what another writer has replaced", async () => {
  const place = memoryPlace();
  const store = disturbed(place, "tag", () => {
    // Another tool, which has not seen ours.
    place.tags.delete(TAG);
    return add(memoryStore(place), "theirs");
  });
  await add(store, "ours");
  assert.deepEqual(
    (await layersIn(store)).map(({ annotations }) => annotations?.signature).toSorted(),
    ["ours", "theirs"],
  );
});

Deno.test("bring() gives up when others are always faster", async () => {
  const store: Store = { ...memoryStore(), tag: () => Promise.resolve([{ tag: TAG }]) };
  await assert.rejects(add(store, "a"), {
    message: `Cannot write oci://memory.test/app:${TAG}: others change it all the time`,
  });
});

Deno.test("bring() refuses a tag that something else has", async () => {
  const store = memoryStore();
  const index = bytesContent(
    OCI_INDEX_MEDIA_TYPE,
    new TextEncoder().encode(`{"schemaVersion":2,"mediaType":"${OCI_INDEX_MEDIA_TYPE}","manifests":[]}`),
  );
  await store.pushManifest(index, testContext());
  const stored = await store.fetchManifest(index.descriptor.digest, testContext());
  assert.ok(stored !== undefined);
  await store.tag(stored, [{ name: TAG, immutable: false }], testContext());
  await assert.rejects(add(store, "a"), {
    name: "TypeError",
    message: `Cannot add to oci://memory.test/app:${TAG}: it is an index, and no list of signatures`,
  });
});

/** What stands behind the tag at another place, and was brought to the store already. */
async function broughtTo(store: Store, ...names: readonly string[]): Promise<StoredManifest> {
  const elsewhere = memoryStore();
  for (const name of names) await add(elsewhere, name);
  const stored = await elsewhere.fetchManifest(TAG, testContext());
  assert.ok(stored);
  await store.pushManifest(bytesContent(stored.descriptor.mediaType, stored.bytes), testContext());
  return stored;
}

Deno.test("takeCompanions() takes a manifest as it is, and takes nothing away by that", async () => {
  const store = memoryStore();
  const first = await broughtTo(store, "a");
  const both = await broughtTo(store, "a", "b");
  const other = await broughtTo(store, "c");
  const take = (manifest: StoredManifest): Promise<void> => takeCompanions(store, [{ tag: TAG, manifest }], POOL);
  const there = async (): Promise<unknown> => (await store.resolve(TAG, testContext()))?.digest;
  for (const manifest of [first, both]) {
    await take(manifest);
    assert.equal(await there(), manifest.descriptor.digest);
  }
  await take(first);
  assert.equal(await there(), both.descriptor.digest);
  await take(other);
  assert.deepEqual(await layersIn(store), ["a", "b", "c"].map((name) => signature(name).descriptor));
});

Deno.test("takeCompanions() replaces what is no list of signatures", async () => {
  const store = memoryStore();
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, manifests: [] }));
  const index = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  await store.pushManifest(index, testContext());
  await store.tag({ descriptor: index.descriptor, bytes }, [{ name: TAG, immutable: false }], testContext());
  const manifest = await broughtTo(store, "a");
  await takeCompanions(store, [{ tag: TAG, manifest }], POOL);
  assert.equal((await store.resolve(TAG, testContext()))?.digest, manifest.descriptor.digest);
});

Deno.test("takeCompanions() takes an index where nothing is, and takes no signatures away by one", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, manifests: [] }));
  const { descriptor } = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  const take = (store: Store): Promise<void> =>
    takeCompanions(store, [{ tag: TAG, manifest: { descriptor, bytes } }], POOL);
  const place = memoryPlace();
  await memoryStore(place).pushManifest(bytesContent(OCI_INDEX_MEDIA_TYPE, bytes), testContext());
  await take(memoryStore(place));
  assert.equal(place.tags.get(TAG), descriptor.digest);
  place.tags.clear();
  await add(memoryStore(place), "theirs");
  await take(memoryStore(place));
  assert.deepEqual(await layersIn(memoryStore(place)), [signature("theirs").descriptor]);
});

Deno.test("takeCompanions() looks again when everybody has written who had looked before", async () => {
  const place = memoryPlace();
  const store = memoryStore(place);
  const manifest = await broughtTo(store, "ours");
  let settled = 0;
  const settle = async (): Promise<void> => {
    if (settled++ > 0) return;
    place.tags.delete(TAG);
    await add(memoryStore(place), "theirs");
  };
  await takeCompanions({ ...store, settle }, [{ tag: TAG, manifest }], POOL);
  const found = (await layersIn(store)).map(({ annotations }) => annotations?.signature);
  assert.deepEqual([found.toSorted(), settled], [["ours", "theirs"], 2]);
});

Deno.test("takeCompanions() ends where two bring the same signatures in manifests that differ", async () => {
  const place = memoryPlace();
  const store = memoryStore(place);
  const [one, other] = [await broughtTo(store, "a", "b"), await broughtTo(store, "b", "a")];
  const taking = (manifest: StoredManifest): Promise<void> =>
    takeCompanions({ ...store, settle: () => Promise.resolve() }, [{ tag: TAG, manifest }], POOL);
  await Promise.all([taking(one), taking(other)]);
  assert.equal((await layersIn(store)).length, 2);
});
