/** Everything that is a place takes what refers to an artifact, before any tag is set. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { manifestParts, parseManifest } from "../../src/oci/parse_manifest.ts";
import { PLACE_KIND_NAMES, type Reference } from "../../src/oci/reference.ts";
import { attachedReferrer } from "../../src/pipeline/attach_to_targets.ts";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import type { Store } from "../../src/store/store.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { memoryStore } from "../support/memory_store.ts";
import { placeOf, storeOfPlace } from "../support/every_place.ts";
import { type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { sampleArtifact } from "../layout/sample_artifact.ts";
import { testContext } from "../layout/test_context.ts";
import { testClient } from "../registry/support.ts";

const ARTIFACT = sampleArtifact("subject");
const SUBJECT = ARTIFACT.manifest.descriptor;
const TAGS = [{ name: "1.0", immutable: true }];
const LAYERS = ["scan", "signature"].map((text) => bytesContent("text/plain", new TextEncoder().encode(text)));
const REFERRERS = LAYERS.map((layer, at) =>
  attachedReferrer(
    { artifactType: `application/vnd.test.v${at}`, layers: [layer], annotations: { at: `${at}` } },
    SUBJECT,
  )
);

/** A place that nobody has used yet. */
interface Place extends AsyncDisposable {
  readonly store: () => Promise<Store>;
}

async function placeOfKind(kind: Reference["kind"], options: FakeRegistryOptions = {}): Promise<Place> {
  const [registry, directory] = [startFakeRegistry(options), await tempDirectory()];
  const client = testClient(registry);
  const place = placeOf(kind, "app", { registry, directory: directory.path });
  return {
    store: () => storeOfPlace(place, { client }),
    async [Symbol.asyncDispose](): Promise<void> {
      client.close();
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const PLACES: readonly (readonly [name: string, open: () => Promise<Place>])[] = [
  ...PLACE_KIND_NAMES.map((kind) => [`storeTarget() of the kind ${kind}`, () => placeOfKind(kind)] as const),
  ["storeTarget() of a registry without a referrers API", () => placeOfKind("registry", { referrers: false })],
];

for (const [name, open] of PLACES) {
  Deno.test(`${name} takes what refers to an artifact before a tag is set`, async () => {
    await using place = await open();
    const context = testContext();
    const target = storeTarget(await place.store(), { name: "place" });
    await target.upload(ARTIFACT, TAGS, context);
    for (const referrer of REFERRERS) await target.attach?.(referrer, context);
    assert.equal(await (await place.store()).resolve("1.0", context), undefined);
    assert.deepEqual(await target.tag(ARTIFACT, TAGS, context), [{ tag: "1.0" }]);
    await target.discard(context);

    await using store = await place.store();
    assert.equal((await store.resolve("1.0", context))?.digest, SUBJECT.digest);
    const found = await store.referrers(SUBJECT.digest, context);
    const expected = REFERRERS.map(({ manifest }) => manifest.descriptor.digest).toSorted();
    assert.deepEqual(found.map(({ digest }) => digest), expected);
    assert.deepEqual(
      found.map(({ artifactType }) => artifactType).toSorted(),
      ["application/vnd.test.v0", "application/vnd.test.v1"],
    );
    for (const { manifest, blobs } of REFERRERS) {
      assert.deepEqual(
        (await store.fetchManifest(manifest.descriptor.digest, context))?.bytes,
        await collectBytes(manifest.open()),
      );
      for (const { descriptor } of blobs) assert.ok(await store.exists(descriptor, context));
    }
  });

  Deno.test(`${name} lists what refers to an artifact once when everything runs again`, async () => {
    await using place = await open();
    const context = testContext();
    for (let run = 0; run < 2; run++) {
      const target = storeTarget(await place.store(), { name: "place" });
      await target.upload(ARTIFACT, TAGS, context);
      for (const referrer of REFERRERS) await target.attach?.(referrer, context);
      await target.tag(ARTIFACT, TAGS, context);
      await target.discard(context);
    }
    await using store = await place.store();
    assert.equal((await store.referrers(SUBJECT.digest, context)).length, 2);
    assert.deepEqual(
      await Array.fromAsync(store.tags(context)).then((tags) => tags.filter((tag) => !/^sha256-/.test(tag))),
      ["1.0"],
    );
  });
}

for (const [name, open] of PLACES) {
  Deno.test(`${name} adds layers behind a tag made of the digest, and keeps what is there`, async () => {
    await using place = await open();
    const context = testContext();
    const tag = `${SUBJECT.digest.replace(":", "-")}.sig`;
    // The second one repeats the first layer: it is not there twice.
    for (const layers of [LAYERS.slice(0, 1), LAYERS]) {
      const target = storeTarget(await place.store(), { name: "place" });
      await target.upload(ARTIFACT, TAGS, context);
      await target.append?.({ ending: "sig", tag, layers, subject: SUBJECT }, context);
      assert.deepEqual((await target.tag(ARTIFACT, TAGS, context)).map(({ tag }) => tag), ["1.0"]);
      await target.discard(context);
    }
    await using store = await place.store();
    const stored = await store.fetchManifest(tag, context);
    assert.ok(stored !== undefined);
    const manifest = parseManifest(stored.bytes, stored.descriptor);
    assert.ok(manifest.kind === "manifest" && manifest.subject === undefined);
    assert.deepEqual(manifest.layers, LAYERS.map(({ descriptor }) => descriptor));
    for (const part of manifestParts(manifest)) assert.ok(await store.exists(part, context));
  });
}

Deno.test("storeTarget() refuses what a registry takes and does not list", async () => {
  const drops: Partial<Store> = { referrers: () => Promise.resolve([]) };
  const target = storeTarget({ ...memoryStore(), ...drops }, { name: "place" });
  const context = testContext();
  await target.upload(ARTIFACT, TAGS, context);
  const [referrer] = REFERRERS;
  assert.ok(referrer !== undefined && target.attach !== undefined);
  await assert.rejects(target.attach(referrer, context), {
    message: `Cannot attach ${referrer.manifest.descriptor.digest} to oci://memory.test/app@${SUBJECT.digest}: ` +
      "it was taken, and is not listed among what refers to the artifact, so nobody would find it",
  });
});

Deno.test("storeTarget(tarStore()) leaves nothing behind when it was attached to and not tagged", async () => {
  await using temp = await tempDirectory();
  const reference = { kind: "oci-archive", path: join(temp.path, "layout.tar") } as const;
  const target = storeTarget(tarStore(reference), { name: "oci-archive" });
  const context = testContext();
  await target.upload(ARTIFACT, TAGS, context);
  for (const referrer of REFERRERS) await target.attach?.(referrer, context);
  await target.discard(context);
  assert.deepEqual([...Deno.readDirSync(temp.path)], []);
});
