import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { parseManifest } from "../../src/oci/parse_manifest.ts";
import { appendCompanion, takeCompanion } from "../../src/store/append_companion.ts";
import { type Store, type StoredManifest, UnsupportedError } from "../../src/store/store.ts";
import { testContext } from "../layout/test_context.ts";
import { type MemoryPlace, memoryPlace, memoryStore } from "../support/memory_store.ts";

const bytes = new TextEncoder().encode("payload");
const SUBJECT = digestOf(new TextEncoder().encode("subject"));
const TAG = `${SUBJECT.replace(":", "-")}.sig`;

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

const add = (store: Store, name: string): ReturnType<typeof appendCompanion> =>
  appendCompanion(store, { subject: SUBJECT, ending: "sig", layers: [signature(name)] }, testContext());

Deno.test("appendCompanion() keeps signatures of the same bytes apart, and writes none twice", async () => {
  const store = memoryStore();
  const first = await add(store, "a");
  assert.deepEqual([first.tag, first.isNew], [TAG, true]);
  const second = await add(store, "b");
  assert.notEqual(second.digest, first.digest);
  assert.deepEqual(await add(store, "a"), { ...second, isNew: false });
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

Deno.test("appendCompanion() takes over what another writer put there after the first look", async () => {
  const place = memoryPlace();
  await add(memoryStore(place), "old");
  const store = disturbed(place, "fetchManifest", () => add(memoryStore(place), "theirs"));
  await add(store, "ours");
  assert.deepEqual(
    (await layersIn(store)).map(({ annotations }) => annotations?.signature).toSorted(),
    ["old", "ours", "theirs"],
  );
});

Deno.test("appendCompanion() writes again what another writer has replaced", async () => {
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

Deno.test("appendCompanion() gives up when others are always faster", async () => {
  const store: Store = { ...memoryStore(), tag: () => Promise.resolve([{ tag: TAG }]) };
  await assert.rejects(add(store, "a"), {
    message: `Cannot write oci://memory.test/app:${TAG}: others change it all the time`,
  });
});

Deno.test("appendCompanion() refuses a tag that something else has, and a digest that is too long", async () => {
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
  const long = { subject: digestOf(bytes, "sha512"), ending: "sig", layers: [] } as const;
  await assert.rejects(appendCompanion(store, long, testContext()), (error) => error instanceof UnsupportedError);
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

Deno.test("takeCompanion() takes a manifest as it is, and takes nothing away by that", async () => {
  const store = memoryStore();
  const first = await broughtTo(store, "a");
  const both = await broughtTo(store, "a", "b");
  const other = await broughtTo(store, "c");
  const take = (manifest: StoredManifest): Promise<void> => takeCompanion(store, { tag: TAG, manifest }, testContext());
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

Deno.test("takeCompanion() replaces what is no list of signatures", async () => {
  const store = memoryStore();
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, manifests: [] }));
  const index = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  await store.pushManifest(index, testContext());
  await store.tag({ descriptor: index.descriptor, bytes }, [{ name: TAG, immutable: false }], testContext());
  const manifest = await broughtTo(store, "a");
  await takeCompanion(store, { tag: TAG, manifest }, testContext());
  assert.equal((await store.resolve(TAG, testContext()))?.digest, manifest.descriptor.digest);
});
