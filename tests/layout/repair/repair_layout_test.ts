import assert from "node:assert/strict";
import { join } from "node:path";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Content } from "../../../src/oci/descriptor.ts";
import { type Digest, digestHex } from "../../../src/oci/digest.ts";
import { encodeManifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import type { BundleDescription } from "../../../src/bundle/bundle.ts";
import { bundleContents } from "../../../src/bundle/bundle_contents.ts";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { checkLayout } from "../../../src/layout/check/check_layout.ts";
import { withLock } from "../../../src/system/lock.ts";
import { type LayoutRepair, repairLayout } from "../../../src/layout/repair/repair_layout.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { testContext } from "../test_context.ts";
import { namesOf } from "../../support/store_samples.ts";

const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));
const config = bytesContent("application/json", json({}));

interface Sample {
  readonly blobs: readonly Content[];
  readonly manifest: Content;
}

function artifact(text: string): Sample {
  const layer = bytesContent("text/plain", new TextEncoder().encode(text));
  const manifest = encodeManifest({ config: config.descriptor, layers: [layer.descriptor] });
  return { blobs: [config, layer], manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, manifest) };
}

function bundle(description: BundleDescription): Sample {
  return bundleContents(description);
}

const ONE = artifact("one");
const TWO = artifact("two");
const INDEX: Sample = {
  blobs: [],
  manifest: bytesContent(
    OCI_INDEX_MEDIA_TYPE,
    // An index of OCI need not say that it is one.
    json({ schemaVersion: 2, manifests: [TWO.manifest.descriptor] }),
  ),
};

function digest({ manifest }: Sample): Digest {
  return manifest.descriptor.digest;
}

function bundled(origin: string, sample: Sample, tags: readonly string[]): BundleDescription["artifacts"][number] {
  const { digest, mediaType, size } = sample.manifest.descriptor;
  return { origin, digest, mediaType, size, tags, referrers: [], companions: {} };
}

/** A layout in which samples are, listed or not. */
async function layoutOf(
  path: string,
  samples: readonly (readonly [sample: Sample, listed: "listed" | "lost", tag?: string])[],
): Promise<void> {
  await using store = directoryStore({ kind: "oci-layout", path });
  const context = testContext();
  for (const [{ blobs, manifest }, listed, tag] of samples) {
    for (const blob of blobs) await store.push(blob, context);
    await store.pushManifest(manifest, context);
    const bytes = new Uint8Array(await new Response(manifest.open()).arrayBuffer());
    const tags = tag === undefined ? [] : [tag];
    if (listed === "listed") await store.tag({ descriptor: manifest.descriptor, bytes }, namesOf(tags), context);
  }
}

async function repair(path: string): Promise<LayoutRepair> {
  return await repairLayout({ kind: "oci-layout", path }, testContext());
}

/** What is listed: names, or nothing, and digests. */
async function listedIn(path: string): Promise<readonly (readonly [name: string, digest: string])[]> {
  const { manifests } = JSON.parse(await Deno.readTextFile(join(path, "index.json")));
  return manifests.map(({ digest, annotations = {} }: { digest: string; annotations?: Record<string, string> }) => {
    return [annotations["io.containerd.image.name"] ?? annotations["org.opencontainers.image.ref.name"] ?? "", digest];
  }).sort();
}

async function blobsIn(path: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(join(path, "blobs", "sha256")))).map(({ name }) => name).sort();
}

const lost: readonly (readonly [state: string, lose: (file: string) => Promise<void>, kept: string | undefined])[] = [
  ["is missing", (file) => Deno.remove(file), undefined],
  ["is empty", (file) => Deno.writeTextFile(file, ""), ""],
  ["is cut off", (file) => Deno.writeTextFile(file, '{"schemaVersion":2,"mani'), '{"schemaVersion":2,"mani'],
  ["is something else", (file) => Deno.writeTextFile(file, "[]"), "[]"],
];

for (const [state, lose, kept] of lost) {
  Deno.test(`repairLayout() makes an index anew from all manifests when it ${state}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    await layoutOf(path, [[ONE, "listed", "1.0"], [TWO, "lost"], [INDEX, "listed", "multi"]]);
    const before = await blobsIn(path);
    await lose(join(path, "index.json"));
    const { done, left, check } = await repair(path);
    assert.deepEqual(await listedIn(path), [["", digest(ONE)], ["", digest(INDEX)]].sort());
    assert.deepEqual(done.toSorted(), [
      ...[ONE, INDEX].map((each) => `Listed ${digest(each)}, which nothing listed`).sort(),
      kept === undefined
        ? "Made index.json, which was missing"
        : "Made index.json, and kept the old one as index.json.unreadable",
    ]);
    const listed = done.flatMap((sentence) => /^Listed (\S+),/.exec(sentence)?.[1] ?? []).join(", ");
    const lostTags = [`The tags of ${listed} are lost, if there were any: only the index knew them`];
    assert.deepEqual([left, check.problems], [lostTags, []]);
    assert.deepEqual(await blobsIn(path), before);
    if (kept !== undefined) assert.equal(await Deno.readTextFile(join(path, "index.json.unreadable")), kept);
  });
}

Deno.test("repairLayout() keeps every index that was unreadable", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"]]);
  for (const text of ["a", "b"]) {
    await Deno.writeTextFile(join(path, "index.json"), text);
    await repair(path);
  }
  assert.equal(await Deno.readTextFile(join(path, "index.json.unreadable")), "a");
  assert.equal(await Deno.readTextFile(join(path, "index.json.unreadable-2")), "b");
});

Deno.test("repairLayout() keeps the names of an index in which one entry is none, and says what was lost", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"], [TWO, "lost"]]);
  const file = join(path, "index.json");
  const index = JSON.parse(await Deno.readTextFile(file));
  const annotations = { "org.opencontainers.image.ref.name": "2.0" };
  const manifests = [...index.manifests, { mediaType: OCI_MANIFEST_MEDIA_TYPE, annotations }, undefined, "x"];
  await Deno.writeTextFile(file, JSON.stringify({ ...index, manifests }));
  const { done, left, check } = await repair(path);
  assert.deepEqual(await listedIn(path), [["", digest(TWO)], ["1.0", digest(ONE)]]);
  assert.deepEqual(done, [
    "Made index.json, and kept the old one as index.json.unreadable",
    `Listed ${digest(TWO)}, which nothing listed`,
  ]);
  assert.deepEqual(left, ["The name 2.0 is only in index.json.unreadable: its entry has no digest"]);
  assert.deepEqual(check.problems, []);
});

Deno.test("repairLayout() takes back from the description only names that were lost", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const description = bundle({ artifacts: [bundled("acme/app", ONE, ["1.0", "2.0"])], omitted: [] });
  await layoutOf(path, [[ONE, "listed", "1.0"], [TWO, "listed"], [description, "lost"]]);
  const file = join(path, "index.json");
  const index = JSON.parse(await Deno.readTextFile(file));
  const annotations = { "io.containerd.image.name": "acme/app:1.0", "org.opencontainers.image.ref.name": "1.0" };
  const manifests = [{ ...TWO.manifest.descriptor, annotations }, { ...ONE.manifest.descriptor }, {}];
  await Deno.writeTextFile(file, JSON.stringify({ ...index, manifests }));
  await repair(path);
  assert.deepEqual(
    await listedIn(path),
    [
      ["", digest(description)],
      ["acme/app:1.0", digest(TWO)],
      ["acme/app:2.0", digest(ONE)],
    ].sort(),
  );
});

Deno.test("repairLayout() lists what nothing lists, and leaves names as they are", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"], [TWO, "lost"]]);
  assert.deepEqual((await repair(path)).done, [`Listed ${digest(TWO)}, which nothing listed`]);
  assert.deepEqual(await listedIn(path), [["", digest(TWO)], ["1.0", digest(ONE)]]);
});

Deno.test("repairLayout() writes nothing when there is nothing to repair", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"]]);
  const { ino } = await Deno.stat(join(path, "index.json"));
  assert.deepEqual((await repair(path)).done, []);
  assert.equal((await Deno.stat(join(path, "index.json"))).ino, ino);
});

Deno.test("repairLayout() lists no manifest that was never finished, and one that is damaged", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"], [TWO, "lost"]]);
  const layer = TWO.blobs[1]?.descriptor.digest ?? assert.fail();
  await Deno.remove(join(path, "blobs", "sha256", digestHex(layer)));
  assert.deepEqual((await repair(path)).left, [`${digest(TWO)} is not listed: ${layer} is missing or damaged`]);
  assert.deepEqual(await listedIn(path), [["1.0", digest(ONE)]]);
  await Deno.remove(join(path, "index.json"));
  const { left, check } = await repair(path);
  assert.deepEqual(left, [
    `${digest(TWO)} is not whole: ${layer} is missing or damaged`,
    `The tags of ${digest(ONE)}, ${digest(TWO)} are lost, if there were any: only the index knew them`,
  ]);
  assert.deepEqual(await listedIn(path), [["", digest(ONE)], ["", digest(TWO)]].sort());
  assert.deepEqual(check.problems, [{ digest: layer, problem: "is missing", neededBy: [digest(TWO)] }]);
});

Deno.test("repairLayout() takes names back from the description of the bundle when the index was lost", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const companion = `sha256-${digestHex(digest(ONE))}.sig`;
  const earlier = bundle({ artifacts: [bundled("localhost/a", ONE, ["0.9", "1.0"])], omitted: [] });
  const later = bundle({
    artifacts: [
      { ...bundled("localhost/a", ONE, ["1.0"]), companions: { [companion]: digest(TWO) } },
      bundled("localhost/b", TWO, ["1.0", "latest"]),
    ],
    omitted: [],
  });
  await layoutOf(path, [[ONE, "listed"], [TWO, "listed"], [earlier, "lost"], [later, "listed"]]);
  await Deno.remove(join(path, "index.json"));
  const { left, check } = await repair(path);
  assert.deepEqual(
    await listedIn(path),
    [
      ["", digest(later)],
      ["localhost/a:1.0", digest(ONE)],
      [`localhost/a:${companion}`, digest(TWO)],
      ["localhost/b:1.0", digest(TWO)],
      ["localhost/b:latest", digest(TWO)],
    ].sort(),
  );
  assert.deepEqual([left, check.problems, check.description?.digest], [[], [], digest(later)]);
});

Deno.test("repairLayout() gives no name back that two bundles give to different manifests", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const bundles = [ONE, TWO].map((each) => bundle({ artifacts: [bundled("localhost/a", each, ["1.0"])], omitted: [] }));
  await layoutOf(path, [[ONE, "listed"], [TWO, "listed"], ...bundles.map((each) => [each, "lost"] as const)]);
  await Deno.remove(join(path, "index.json"));
  const { left } = await repair(path);
  assert.deepEqual(left, ["The name localhost/a:1.0 did not come back: what it stood at is not clear or not there"]);
});

Deno.test("repairLayout() gives no name back that was taken away while the index was whole", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const described = bundle({ artifacts: [bundled("localhost/a", ONE, ["1.0"])], omitted: [] });
  await layoutOf(path, [[ONE, "listed"], [described, "listed"]]);
  assert.deepEqual((await repair(path)).done, []);
});

Deno.test("repairLayout() writes the marker when it is missing", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"]]);
  await Deno.remove(join(path, "oci-layout"));
  const { done, check } = await repair(path);
  assert.deepEqual([done, check.problems], [["Wrote oci-layout, which was missing"], []]);
});

Deno.test("repairLayout() leaves a layout of another version alone", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await layoutOf(path, [[ONE, "listed", "1.0"]]);
  await Deno.writeTextFile(join(path, "oci-layout"), '{"imageLayoutVersion":"2.0.0"}');
  const { done, check } = await repair(path);
  assert.deepEqual(done, []);
  assert.equal(check.problems.length, 1);
});

Deno.test("repairLayout() refuses a tar", async () => {
  await assert.rejects(repairLayout({ kind: "oci-archive", path: "b.tar" }, testContext()), {
    name: "UnsupportedError",
    message: 'Cannot repair "b.tar": a tar is written in one piece, so only writing it again repairs it',
  });
});

Deno.test("repairLayout() finds nothing wrong with what another process writes meanwhile", async () => {
  await using directory = await tempDirectory();
  const { path } = directory;
  await layoutOf(path, [[ONE, "listed", "1.0"]]);
  await using other = await tempDirectory();
  await layoutOf(other.path, [[ONE, "listed", "1.0"], [TWO, "listed", "2.0"]]);
  const { signal } = new AbortController();
  const hashed = Promise.withResolvers<void>();
  // Told when all that was there is hashed: what comes now is listed and was not hashed.
  const progress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
    if (done === total) hashed.resolve();
  };
  let repairing: Promise<LayoutRepair> | undefined;
  await withLock(join(path, "oci-layout"), undefined, async () => {
    // It waits for the lock, which a writer has while it lists something.
    repairing = repairLayout({ kind: "oci-layout", path }, { signal, progress });
    await hashed.promise;
    await copyInto(path, other.path);
  });
  const { check } = await repairing ?? assert.fail();
  assert.deepEqual([check.problems, check.manifests], [[], 2]);
});

Deno.test("checkLayout() finds nothing wrong when another process deletes an artifact meanwhile", async () => {
  await using directory = await tempDirectory();
  const { path } = directory;
  await layoutOf(path, [[ONE, "listed", "1.0"], [TWO, "listed", "2.0"]]);
  const { signal } = new AbortController();
  let isDeleted = false;
  // Told when the index was read and the first blob hashed.
  const progress = (): void => {
    if (isDeleted) return;
    isDeleted = true;
    const file = join(path, "index.json");
    const index = JSON.parse(Deno.readTextFileSync(file));
    const manifests = index.manifests.filter((entry: { readonly digest: string }) => entry.digest !== digest(TWO));
    Deno.writeTextFileSync(`${file}.new`, JSON.stringify({ ...index, manifests }));
    Deno.renameSync(`${file}.new`, file);
    for (const gone of [digest(TWO), ...TWO.blobs.slice(1).map(({ descriptor }) => descriptor.digest)]) {
      Deno.removeSync(join(path, "blobs/sha256", digestHex(gone)));
    }
  };
  const check = await checkLayout(directoryStore({ kind: "oci-layout", path }), { signal, progress });
  assert.deepEqual([check.problems, check.manifests], [[], 1]);
});

/** Writes what another layout has, blobs first, as a process that holds the lock does. */
async function copyInto(path: string, other: string): Promise<void> {
  for await (const { name } of Deno.readDir(join(other, "blobs/sha256"))) {
    await Deno.copyFile(join(other, "blobs/sha256", name), join(path, "blobs/sha256", name));
  }
  await Deno.copyFile(join(other, "index.json"), join(path, "index.new"));
  await Deno.rename(join(path, "index.new"), join(path, "index.json"));
}
