import assert from "node:assert/strict";
import { join } from "node:path";
import { directoryStore } from "../../src/layout/directory/store.ts";
import type { LayoutPlace } from "../../src/layout/layout.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { digestHex } from "../../src/oci/digest.ts";
import { parseManifest } from "../../src/oci/parse_manifest.ts";
import { testContext } from "../registry/support.ts";
import { gantryOk } from "../support/gantry.ts";
import { namesOf, putSample, type Sample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const context = testContext();
const APP = sampleOf("app");
const TAG = `sha256-${digestHex(APP.manifest.descriptor.digest)}`;
const [SIGNATURE, SBOM] = ["signature", "sbom"].map((text) => {
  const annotations = { "org.example.about": text };
  return sampleOf(text, { subject: APP.manifest.descriptor, artifactType: `application/x.${text}`, annotations });
}) as [Sample, Sample];

async function put(place: LayoutPlace, sample: Sample, tags: readonly string[] = []): Promise<void> {
  for (const blob of sample.blobs) await place.push(blob, context);
  await place.pushManifest(sample.manifest, context);
  if (tags.length > 0) await place.tag(sample.stored, namesOf(tags), context);
  await place.commit(context);
}

/** What stands in the list of referrers; `undefined` when there is none. */
async function members(place: LayoutPlace): Promise<readonly unknown[] | undefined> {
  const stored = await place.fetchManifest(TAG, context);
  if (stored === undefined) return undefined;
  const list = parseManifest(stored.bytes, stored.descriptor);
  return list.kind === "index"
    ? list.manifests.map(({ digest, artifactType, annotations }) => {
      return { digest, artifactType, annotations: { ...annotations } };
    })
    : assert.fail();
}

function member({ manifest }: Sample, text: string): unknown {
  const { digest } = manifest.descriptor;
  return { digest, artifactType: `application/x.${text}`, annotations: { "org.example.about": text } };
}

for (const kind of ["oci-layout", "oci-archive"] as const) {
  const open = (path: string): LayoutPlace =>
    kind === "oci-layout" ? directoryStore({ kind, path }) : tarStore({ kind, path });
  const both = [member(SIGNATURE, "signature"), member(SBOM, "sbom")].sort((a, b) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
  );

  Deno.test(`withReferrerLists() lists what refers to something when it comes and not when it goes: ${kind}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "app");
    await using place = open(path);
    await put(place, APP, ["1.0"]);
    assert.equal(await members(place), undefined);
    await put(place, SIGNATURE);
    assert.deepEqual(await members(place), [member(SIGNATURE, "signature")]);
    await put(place, SBOM);
    assert.deepEqual(await members(place), both);
    const { stdout } = await gantryOk(["verify", `${kind}:${path}`, "-o", "json"]);
    // The lists of before are not left behind.
    assert.deepEqual([JSON.parse(stdout).whole, JSON.parse(stdout).unreferenced], [true, []]);

    await place.deleteManifest(SIGNATURE.manifest.descriptor.digest, context);
    await place.commit(context);
    assert.deepEqual(await members(place), [member(SBOM, "sbom")]);
    assert.equal(await place.exists(SIGNATURE.manifest.descriptor, context), false);
    await place.deleteManifest(SBOM.manifest.descriptor.digest, context);
    await place.commit(context);
    assert.equal(await members(place), undefined);
    const after = JSON.parse((await gantryOk(["verify", `${kind}:${path}`, "-o", "json"])).stdout);
    assert.deepEqual([after.whole, after.unreferenced], [true, []]);
  });

  Deno.test(`withReferrerLists() makes one list of what comes together: ${kind}`, async () => {
    await using directory = await tempDirectory();
    await using place = open(join(directory.path, "app"));
    for (const sample of [APP, SIGNATURE, SBOM]) {
      for (const blob of sample.blobs) await place.push(blob, context);
    }
    await place.pushManifest(APP.manifest, context);
    await place.pushManifest(SIGNATURE.manifest, context);
    await place.pushManifest(SBOM.manifest, context);
    await place.tag(APP.stored, namesOf(["1.0"]), context);
    await place.commit(context);
    assert.deepEqual(await members(place), both);
  });
}

Deno.test("withReferrerLists() keeps what another tool has listed, and leaves alone what is no list", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app");
  await using place = directoryStore({ kind: "oci-layout", path });
  await put(place, APP, ["1.0"]);
  await put(place, SIGNATURE, [TAG]);
  const before = await place.resolve(TAG, context);
  assert.equal(before?.digest, SIGNATURE.manifest.descriptor.digest);
  await put(place, SBOM);
  assert.equal((await place.resolve(TAG, context))?.digest, before?.digest);
});

Deno.test("withReferrerLists() does without an old list that is damaged", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app");
  await using place = directoryStore({ kind: "oci-layout", path });
  await put(place, APP, ["1.0"]);
  await put(place, SIGNATURE);
  const list = await place.resolve(TAG, context) ?? assert.fail();
  await Deno.writeTextFile(join(path, "blobs/sha256", digestHex(list.digest)), "damaged".padEnd(list.size));
  await put(place, SIGNATURE);
  assert.deepEqual(await members(place), [member(SIGNATURE, "signature")]);
});

Deno.test("verify --repair gives a list of referrers its tag back when the index was lost", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app");
  {
    await using place = directoryStore({ kind: "oci-layout", path });
    await put(place, APP, ["1.0"]);
    await put(place, SIGNATURE);
    await put(place, SBOM);
  }
  await Deno.remove(join(path, "index.json"));
  await gantryOk(["verify", "--repair", `oci-layout:${path}`]);
  await using place = directoryStore({ kind: "oci-layout", path });
  assert.equal((await members(place))?.length, 2);
  const artifacts = await place.artifacts(context);
  assert.deepEqual(artifacts.map(({ descriptor }) => descriptor.digest), [APP.manifest.descriptor.digest]);
});

Deno.test("an export lists what refers to its artifacts, and exports of the same are the same", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  {
    await using place = directoryStore({ kind: "oci-layout", path: at("app") });
    await putSample(place, APP, ["1.0"], context);
    await put(place, SBOM);
    await put(place, SIGNATURE);
  }
  for (const name of ["one", "two"]) {
    await gantryOk(["export", `oci-layout:${at("app")}:1.0`, `oci-archive:${at(name)}`, "-q"]);
    await using place = tarStore({ kind: "oci-archive", path: at(name) });
    assert.equal((await members(place))?.length, 2);
  }
  assert.deepEqual(await Deno.readFile(at("one")), await Deno.readFile(at("two")));
});
