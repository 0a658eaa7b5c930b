import assert from "node:assert/strict";
import { join } from "node:path";
import { parseDigest } from "../../../src/oci/digest.ts";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { tarStore } from "../../../src/layout/tar/store.ts";
import { storeTarget } from "../../../src/pipeline/store_target.ts";
import { ownReference, type Target } from "../../../src/pipeline/target.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { readTree } from "../../support/tree.ts";
import { sampleArtifact } from "../sample_artifact.ts";
import { testContext } from "../test_context.ts";

const [one, two] = [sampleArtifact("one"), sampleArtifact("two")];
const tags = [{ name: "1.0", immutable: true }, { name: "latest", immutable: false }];
const digests = [one.archive.config, ...one.archive.layers, one.manifest].map(({ descriptor }) => descriptor.digest);
const open = (path: string): Target =>
  storeTarget(directoryStore({ kind: "oci-layout", path }), { name: "oci-layout" });
const EMPTY = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`;

Deno.test("storeTarget(directoryStore()) lists nothing before tag(), and then everything at once", async () => {
  await using directory = await tempDirectory();
  const target = open(directory.path);
  const context = testContext();
  const receipt = await target.upload(one, tags, context);
  assert.deepEqual(receipt.uploaded.map(({ digest }) => digest), digests);
  assert.deepEqual(receipt.existing, []);
  assert.equal(receipt.bytesSent, receipt.uploaded.reduce((sum, { size }) => sum + size, 0));
  assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), EMPTY);
  assert.equal(await target.resolve("1.0", context), undefined);
  assert.deepEqual(await target.tag(one, tags, context), [{ tag: "1.0" }, { tag: "latest" }]);
  await target.discard(testContext());
  assert.equal(await target.resolve("1.0", context), one.manifest.descriptor.digest);
  const item = `oci-layout:${directory.path}@${one.manifest.descriptor.digest}`;
  const { size } = one.manifest.descriptor;
  assert.deepEqual(context.updates.filter((update) => update.item === item), [{ item, done: size, total: size }]);
});

Deno.test("storeTarget(directoryStore()) writes nothing when the same artifact comes again", async () => {
  await using directory = await tempDirectory();
  const target = open(directory.path);
  await target.upload(one, tags, testContext());
  await target.tag(one, tags, testContext());
  const inodes = async (): Promise<unknown> => (await Deno.stat(join(directory.path, "index.json"))).ino;
  const before = await inodes();
  const receipt = await target.upload(one, tags, testContext());
  assert.deepEqual(receipt.uploaded, []);
  assert.deepEqual(receipt.existing.map(({ digest }) => digest), digests);
  assert.equal(receipt.bytesSent, 0);
  const { digest } = one.manifest.descriptor;
  assert.deepEqual(await target.tag(one, tags, testContext()), [
    { tag: "1.0", from: digest },
    { tag: "latest", from: digest },
  ]);
  assert.equal(await inodes(), before);
});

Deno.test("storeTarget(directoryStore()) repairs a blob when it was cut off, and says that it was sent", async () => {
  await using directory = await tempDirectory();
  const target = open(directory.path);
  await target.upload(one, tags, testContext());
  const before = await readTree(directory.path);
  const { digest } = one.manifest.descriptor;
  await Deno.truncate(join(directory.path, "blobs/sha256", digest.slice(7)), 10);
  const { uploaded } = await target.upload(one, tags, testContext());
  assert.deepEqual(uploaded.map(({ digest }) => digest), [digest]);
  assert.deepEqual(await readTree(directory.path), before);
});

Deno.test("storeTarget(directoryStore()) lists an artifact without tags once", async () => {
  await using directory = await tempDirectory();
  const target = open(directory.path);
  for (let turn = 0; turn < 2; turn++) {
    await target.upload(one, [], testContext());
    assert.deepEqual(await target.tag(one, [], testContext()), []);
  }
  const { manifests } = JSON.parse(await Deno.readTextFile(join(directory.path, "index.json")));
  assert.deepEqual(manifests, [one.manifest.descriptor]);
});

Deno.test("storeTarget(directoryStore()) refuses to tag when a blob of the artifact is gone", async () => {
  await using directory = await tempDirectory();
  const target = open(directory.path);
  await target.upload(one, tags, testContext());
  const [config = ""] = digests;
  await Deno.remove(join(directory.path, "blobs/sha256", config.slice(7)));
  await assert.rejects(target.tag(one, tags, testContext()), {
    message: `Cannot tag in "${directory.path}": blob ${config} is no longer there`,
  });
  assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), EMPTY);
});

Deno.test("storeTarget(directoryStore()) leaves nothing behind when it is aborted", async () => {
  await using directory = await tempDirectory();
  const abort = new AbortController();
  const reason = new Error("interrupted");
  const context = { ...testContext(abort.signal), progress: () => abort.abort(reason) };
  const target = open(join(directory.path, "a/b"));
  await assert.rejects(target.upload(one, tags, context), (error) => error === reason);
  await target.discard(testContext());
  assert.deepEqual(await readTree(directory.path), {});
});

Deno.test("storeTarget() holds the same artifact under the same digest in a directory and in a tar", async () => {
  await using directory = await tempDirectory();
  const digest = parseDigest(two.manifest.descriptor.digest);
  for (const [kind, make] of [["oci-layout", directoryStore], ["oci-archive", tarStore]] as const) {
    const path = join(directory.path, kind);
    const reference = { kind, path, tag: "2.0", digest } as const;
    const target = storeTarget(make(reference), { name: kind, ...ownReference(reference, { immutable: false }) });
    assert.equal(target.name, kind);
    assert.equal(target.url, `${kind}:${path}`);
    assert.deepEqual(target.ownTag, { name: "2.0", immutable: false });
    assert.equal(target.ownDigest, digest);
    await target.upload(two, tags, testContext());
    await target.tag(two, tags, testContext());
    await target.discard(testContext());
    assert.equal(await target.resolve("latest", testContext()), digest);
  }
});
