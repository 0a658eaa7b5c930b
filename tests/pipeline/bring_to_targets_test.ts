/** Everything that is a place takes what belongs to an artifact, before any tag is set, and keeps it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pluginSteps } from "../../src/driver/plugin_step.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content } from "../../src/oci/descriptor.ts";
import { manifestParts, parseManifest } from "../../src/oci/parse_manifest.ts";
import { PLACE_KIND_NAMES, type Reference } from "../../src/oci/reference.ts";
import { attachmentsOf, bringToTargets } from "../../src/pipeline/bring_to_targets.ts";
import type { Belongings } from "../../src/pipeline/plugin.ts";
import { planArtifact, publish } from "../../src/pipeline/publish.ts";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import type { RegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { layersIn } from "../../src/store/merge_companion.ts";
import type { Store } from "../../src/store/store.ts";
import { placeOf, storeOfPlace } from "../support/every_place.ts";
import { sampleArtifact } from "../layout/sample_artifact.ts";
import { testContext } from "../layout/test_context.ts";
import { testClient, testClock } from "../registry/support.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { fakeContext, fakePipeline, fakePlugin, SOURCE } from "./fakes.ts";

const ARTIFACT = sampleArtifact("subject");
const SUBJECT = ARTIFACT.manifest.descriptor;
const TAGS = [{ name: "1.0", immutable: true }];
const LAYERS = ["scan", "signature"].map((text) => bytesContent("text/plain", new TextEncoder().encode(text)));
const BELONGINGS: Belongings = {
  referrers: LAYERS.map((layer, at) => ({
    artifactType: `application/vnd.test.v${at}`,
    layers: [layer],
    annotations: { at: `${at}` },
  })),
};
const { referrers: REFERRERS } = attachmentsOf(BELONGINGS, SUBJECT);
const TAG = `${SUBJECT.digest.replace(":", "-")}.sig`;

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
    await bringToTargets(BELONGINGS, ARTIFACT.manifest, [target], context);
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
      await bringToTargets(BELONGINGS, ARTIFACT.manifest, [target], context);
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
    // The second one repeats the first layer: it is not there twice.
    for (const layers of [LAYERS.slice(0, 1), LAYERS]) {
      const target = storeTarget(await place.store(), { name: "place" });
      await target.upload(ARTIFACT, TAGS, context);
      const companions = [{ ending: "sig", layers } as const];
      await bringToTargets({ companions }, ARTIFACT.manifest, [target], context);
      assert.deepEqual((await target.tag(ARTIFACT, TAGS, context)).map(({ tag }) => tag), ["1.0"]);
      await target.discard(context);
    }
    await using store = await place.store();
    const stored = await store.fetchManifest(TAG, context);
    assert.ok(stored !== undefined);
    const manifest = parseManifest(stored.bytes, stored.descriptor);
    assert.ok(manifest.kind === "manifest" && manifest.subject === undefined);
    assert.deepEqual(manifest.layers, LAYERS.map(({ descriptor }) => descriptor));
    for (const part of manifestParts(manifest)) assert.ok(await store.exists(part, context));
  });
}

Deno.test("storeTarget(tarStore()) leaves nothing behind when it was attached to and not tagged", async () => {
  await using temp = await tempDirectory();
  const reference = { kind: "oci-archive", path: join(temp.path, "layout.tar") } as const;
  const target = storeTarget(tarStore(reference), { name: "oci-archive" });
  const context = testContext();
  await target.upload(ARTIFACT, TAGS, context);
  await bringToTargets(BELONGINGS, ARTIFACT.manifest, [target], context);
  await target.discard(context);
  assert.deepEqual([...Deno.readDirSync(temp.path)], []);
});

function storeIn(fake: FakeRegistry, client: RegistryClient): Store {
  const reference = { kind: "registry", host: fake.host, repository: "acme/app" } as const;
  return registryStore({ reference, client, access: "push" });
}

/** Writes as another program does that has looked before anybody else wrote. */
async function writeElsewhere(fake: FakeRegistry, belongings: Belongings, manifest: Content): Promise<void> {
  const tags = fake.repositories.get("acme/app")?.tags ?? assert.fail("nothing is there");
  for (const tag of [...tags.keys()].filter((tag) => tag.startsWith("sha256-"))) tags.delete(tag);
  using client = testClient(fake);
  await bringToTargets(belongings, manifest, [storeTarget(storeIn(fake, client), { name: "other" })], testContext());
}

for (const referrers of [true, false]) {
  Deno.test(`what a step brings stays when somebody else writes in the same moment (API: ${referrers})`, async () => {
    await using fake = startFakeRegistry({ referrers });
    const context = fakeContext();
    const signature = (layer: Content): Belongings => ({
      referrers: [{ artifactType: "application/vnd.test", layers: [layer] }],
      companions: [{ ending: "sig", layers: [layer] }],
    });
    const [ours = assert.fail(), theirs = assert.fail()] = LAYERS.map(signature);
    const artifact = await planArtifact(SOURCE, fakePipeline(), context);
    const clock = testClock();
    const wait = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
      if (clock.waits.length === 0) await writeElsewhere(fake, theirs, artifact.manifest);
      await clock.wait(milliseconds, signal);
    };
    using client = testClient(fake, { clock: { ...clock, wait } });
    const store = storeIn(fake, client);
    const targets = [storeTarget(store, { name: "registry" })];
    const steps = [fakePlugin("before:tag", "sign", () => ours, { origin: "./sign.ts" })];
    await publish(SOURCE, fakePipeline({ upload: targets, custom: pluginSteps(steps, targets) }), context);

    assert.deepEqual(clock.waits, [200, 200]);
    const { descriptor } = artifact.manifest;
    const wanted = [ours, theirs].flatMap((each) => attachmentsOf(each, descriptor).referrers);
    assert.deepEqual(
      (await store.referrers(descriptor.digest, context)).map(({ digest }) => digest),
      wanted.map(({ manifest }) => manifest.descriptor.digest).toSorted(),
    );
    const stored = await store.fetchManifest(`${descriptor.digest.replace(":", "-")}.sig`, context);
    assert.deepEqual(
      stored && layersIn(stored)?.map(({ digest }) => digest).toSorted(),
      LAYERS.map((layer) => layer.descriptor.digest).toSorted(),
    );
    const puts = fake.summary().filter((line) => line.startsWith("PUT"));
    assert.deepEqual(puts.slice(-2).map((line) => line.split("/").at(-1)), ["1.0.0", "latest"]);
  });
}

Deno.test("what a step brings costs one look at each list before, and one after it was written", async () => {
  await using fake = startFakeRegistry({ referrers: false });
  using client = testClient(fake);
  const target = storeTarget(storeIn(fake, client), { name: "registry" });
  await target.upload(ARTIFACT, [], testContext());
  fake.clearLog();
  const [layer = assert.fail()] = LAYERS;
  const referrers = [{ artifactType: "application/vnd.test", layers: [layer] }];
  const companions = [{ ending: "sig", layers: [layer] }] as const;
  await bringToTargets({ referrers, companions }, ARTIFACT.manifest, [target], testContext());
  const [list, sig] = [TAG.slice(0, -4), TAG];
  const lists = fake.summary().filter((line) => /sha256-|referrers/.test(line)).map((line) =>
    line.replace(/ .*\//, " ")
  );
  assert.deepEqual(lists, [
    `GET ${SUBJECT.digest.slice(0, 13)}`,
    `GET ${list}`,
    // The list is written as any other tool writes it.
    `GET ${list}`,
    `HEAD ${list}`,
    `PUT ${list}`,
    `GET ${list}`,
    `GET ${sig}`,
    `HEAD ${sig}`,
    `PUT ${sig}`,
    `GET ${list}`,
    `GET ${sig}`,
  ]);
});
