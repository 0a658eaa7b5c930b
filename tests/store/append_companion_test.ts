import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { parseManifest } from "../../src/oci/parse_manifest.ts";
import { appendCompanion } from "../../src/store/append_companion.ts";
import { type Store, UnsupportedError } from "../../src/store/store.ts";
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
