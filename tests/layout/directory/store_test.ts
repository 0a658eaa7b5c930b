import assert from "node:assert/strict";
import { join } from "node:path";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Content } from "../../../src/oci/descriptor.ts";
import { MANIFEST_SIZE_LIMIT } from "../../../src/oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import { type Store, TagExistsError } from "../../../src/store/store.ts";
import { blobPath } from "../../../src/layout/directory/blob.ts";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { indexOf, namesOf, putSample, type Sample, sampleOf, textContent } from "../../support/store_samples.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { testContext } from "../test_context.ts";

const context = testContext();
const [one, two] = [sampleOf("one"), sampleOf("two")];

const open = (path: string): Store => directoryStore({ kind: "oci-layout", path });

async function withLayout(
  samples: Readonly<Record<string, Sample>>,
  test: (path: string, store: Store) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await using store = open(path);
  for (const [tag, sample] of Object.entries(samples)) await putSample(store, sample, [tag], context);
  await test(path, store);
}

const hexOf = (...contents: readonly Content[]): readonly string[] =>
  contents.map(({ descriptor }) => descriptor.digest.slice("sha256:".length)).sort();

async function blobsIn(path: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(join(path, "blobs/sha256")))).map(({ name }) => name).sort();
}

async function indexIn(path: string): Promise<{ readonly manifests: readonly Record<string, unknown>[] }> {
  return JSON.parse(await Deno.readTextFile(join(path, "index.json")));
}

Deno.test("deleteManifest() takes away what only that manifest needed", async () => {
  await withLayout({ "1.0": one, "2.0": two }, async (path, store) => {
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    assert.deepEqual(await blobsIn(path), hexOf(two.manifest, ...two.blobs));
  });
});

Deno.test("deleteManifest() keeps a manifest that an index still names", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    await putSample(store, indexOf([one]), ["all"], context);
    const before = await blobsIn(path);
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    assert.equal(await store.resolve("1.0", context), undefined);
    assert.deepEqual(await blobsIn(path), before);
    assert.deepEqual((await store.fetchManifest(one.manifest.descriptor.digest, context))?.bytes, one.stored.bytes);
  });
});

Deno.test("deleteManifest() takes away a manifest that is damaged", async () => {
  await withLayout({ "1.0": one, "2.0": two }, async (path, store) => {
    await Deno.writeTextFile(blobPath(path, one.manifest.descriptor.digest), "damaged");
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    assert.equal(await store.resolve("1.0", context), undefined);
    assert.ok(await store.resolve("2.0", context));
  });
});

Deno.test("deleteManifest() leaves all content where something is listed of a kind that is not known", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const index = await indexIn(path);
    const strange = { mediaType: "application/x", digest: `sha384:${"a".repeat(96)}`, size: 1 };
    await Deno.writeTextFile(
      join(path, "index.json"),
      JSON.stringify({ ...index, manifests: [...index.manifests, strange] }),
    );
    const before = await blobsIn(path);
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    assert.deepEqual(await blobsIn(path), before);
    assert.deepEqual((await indexIn(path)).manifests, [strange]);
  });
});

Deno.test("untag() keeps the manifest listed, once", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    await store.tag(one.stored, namesOf(["latest"]), context);
    await store.untag("1.0", context);
    await store.untag("latest", context);
    const { mediaType, digest, size } = one.manifest.descriptor;
    const artifactType = "application/vnd.example.sample.v1";
    assert.deepEqual((await indexIn(path)).manifests, [{ mediaType, digest, size, artifactType }]);
  });
});

Deno.test("untag() of many processes and stores at once takes away exactly what was asked", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const tags = Array.from({ length: 20 }, (_, at) => `t${at}`);
    await store.tag(one.stored, namesOf(tags), context);
    await Promise.all(tags.map((tag) => open(path).untag(tag, context)));
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0"]);
  });
});

Deno.test("a store sees what another one has changed", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0"]);
    await putSample(open(path), two, ["2.0"], context);
    assert.deepEqual((await Array.fromAsync(store.tags(context))).sort(), ["1.0", "2.0"]);
  });
});

Deno.test("tag() refuses a manifest of which a part is not there", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    await store.pushManifest(two.manifest, context);
    await assert.rejects(store.tag(two.stored, namesOf(["2.0"]), context), {
      message: new RegExp(`^Cannot tag in "${path}": blob sha256:[0-9a-f]+ is no longer there$`),
    });
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0"]);
  });
});

Deno.test("tag() moves no tag that may not, and sets no other one with it", async () => {
  await withLayout({ "1.0": one, "2.0": two }, async (_, store) => {
    const [immutable, free] = [{ name: "1.0", immutable: true }, namesOf(["latest"])];
    await assert.rejects(store.tag(two.stored, [...free, immutable], context), TagExistsError);
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0", "2.0"]);
    await store.tag(one.stored, [immutable, ...namesOf(["2.0"])], context);
    assert.equal((await store.resolve("2.0", context))?.digest, one.manifest.descriptor.digest);
  });
});

Deno.test("exists() takes a manifest that is damaged for one that is not there", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const { descriptor } = one.manifest;
    assert.equal(await store.exists(descriptor, context), true);
    const bytes = await Deno.readFile(blobPath(path, descriptor.digest));
    bytes[0] = 0;
    await Deno.writeFile(blobPath(path, descriptor.digest), bytes);
    assert.equal(await store.exists(descriptor, context), false);
  });
});

Deno.test("tags() takes the tag of a whole reference, and passes over names that hold none", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const text = (await Deno.readTextFile(join(path, "index.json"))).replace('"1.0"', '"docker.io/library/app:1.0"');
    await Deno.writeTextFile(join(path, "index.json"), text);
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0"]);
    assert.equal((await store.resolve("1.0", context))?.digest, one.manifest.descriptor.digest);
    await Deno.writeTextFile(join(path, "index.json"), text.replace('"docker.io/library/app:1.0"', '"stable/1.0"'));
    assert.deepEqual(await Array.fromAsync(store.tags(context)), []);
    assert.ok(await store.resolve(one.manifest.descriptor.digest, context));
  });
});

Deno.test("fetchManifest() reads no manifest of more than 4 MiB", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const large = bytesContent(OCI_MANIFEST_MEDIA_TYPE, new Uint8Array(MANIFEST_SIZE_LIMIT + 1));
    await store.push(large, context);
    const index = await indexIn(path);
    const manifests = [...index.manifests, large.descriptor];
    await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ ...index, manifests }));
    await assert.rejects(store.fetchManifest(large.descriptor.digest, context), {
      name: "RangeError",
      message: /: it has 4194305 bytes, and 4194304 are the limit$/,
    });
  });
});

/** Lists a manifest as it is, whatever is wrong with it. */
async function listAsItIs(path: string, store: Store, manifest: Content): Promise<void> {
  await store.push(manifest, context);
  const index = await indexIn(path);
  const manifests = [...index.manifests, manifest.descriptor];
  await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ ...index, manifests }));
}

Deno.test("referrers() and resolve() of one artifact work when another manifest is malformed", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const signature = sampleOf("signature", { subject: one.manifest.descriptor });
    await putSample(store, signature, [], context);
    await putSample(store, indexOf([signature]), ["all"], context);
    for (const text of ["{", "[]", '{"schemaVersion":2,"config":5,"layers":[]}']) {
      await listAsItIs(path, store, textContent(text, OCI_MANIFEST_MEDIA_TYPE));
    }
    const referrers = await store.referrers(one.manifest.descriptor.digest, context);
    assert.deepEqual(
      hexOf(...referrers.map((descriptor) => ({ ...one.manifest, descriptor }))),
      hexOf(signature.manifest),
    );
    assert.ok(await store.resolve(signature.manifest.descriptor.digest, context));
  });
});

Deno.test("referrers() rejects when a manifest that refers to something is malformed: it may be a signature", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const text = JSON.stringify({ schemaVersion: 2, config: 5, layers: [], subject: one.manifest.descriptor });
    await listAsItIs(path, store, textContent(text, OCI_MANIFEST_MEDIA_TYPE));
    await assert.rejects(store.referrers(one.manifest.descriptor.digest, context), /its config is not a descriptor/);
  });
});

Deno.test("a manifest is not taken for what its index entry calls it", async () => {
  await withLayout({ "1.0": sampleOf("signature", { subject: one.manifest.descriptor }) }, async (path, store) => {
    const text = await Deno.readTextFile(join(path, "index.json"));
    await Deno.writeTextFile(
      join(path, "index.json"),
      text.replaceAll(OCI_MANIFEST_MEDIA_TYPE, "application/vnd.oci.image.index.v1+json"),
    );
    await assert.rejects(store.referrers(one.manifest.descriptor.digest, context), /calls itself/);
  });
});

Deno.test("directoryStore() changes nothing when it reads", async () => {
  await withLayout({ "1.0": one }, async (path) => {
    const entries = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
    await using store = open(path);
    await store.fetchManifest("1.0", context);
    await store.referrers(one.manifest.descriptor.digest, context);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort(), entries);
  });
});

Deno.test("a store finds what has come to a layout after it has looked for it in vain", async () => {
  await withLayout({ "1.0": one }, async (path, store) => {
    const nested = indexOf([two]);
    const outer = indexOf([nested]);
    const { descriptor } = outer.manifest;
    await store.push(outer.manifest, context);
    const index = await indexIn(path);
    const manifests = [...index.manifests, descriptor];
    await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ ...index, manifests }));
    assert.equal(await store.resolve(two.manifest.descriptor.digest, context), undefined);
    for (const content of [...two.blobs, two.manifest, nested.manifest]) await store.push(content, context);
    assert.ok(await store.resolve(two.manifest.descriptor.digest, context));
  });
});

Deno.test("a store that was interrupted while it looked through a layout looks again", async () => {
  await withLayout({ "1.0": one }, async (path) => {
    await using store = open(path);
    const { digest } = one.manifest.descriptor;
    const stopped = testContext(AbortSignal.abort(new Error("stopped")));
    await assert.rejects(store.referrers(digest, stopped), /stopped/);
    assert.deepEqual(await store.referrers(digest, context), []);
  });
});
