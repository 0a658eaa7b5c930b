import assert from "node:assert/strict";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import type { Target } from "../../src/pipeline/target.ts";
import type { RegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { sizedContent, testArtifact, testClient, testClock, testContext, textContent } from "./support.ts";
import type { TagName } from "../../src/store/store.ts";

const TAGS = [{ name: "1.0.0", immutable: true }, { name: "latest", immutable: false }];

function open({ host }: FakeRegistry, client: RegistryClient, concurrency = 4): Target {
  const reference = { kind: "registry", host, repository: "acme/app" } as const;
  return storeTarget(registryStore({ reference, client, access: "push", concurrency }), {
    name: "registry",
    concurrency,
  });
}

Deno.test("storeTarget(registryStore()) publishes blobs, then the manifest by digest, then the tags", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  const context = testContext();
  const artifact = testArtifact(textContent("one"), textContent("two"), textContent("one"));

  assert.equal(await target.resolve("1.0.0", context), undefined);
  const receipt = await target.upload(artifact, TAGS, context);
  assert.equal(receipt.url, `oci://${fake.host}/acme/app`);
  assert.equal(receipt.uploaded.length, 4);
  assert.deepEqual(receipt.existing, []);
  // The config is sent twice: the registry did not want it in the first request.
  assert.equal(receipt.bytesSent, 3 + 3 + 2 + 2 + artifact.manifest.descriptor.size);
  assert.equal(fake.repositories.get("acme/app")?.tags.size, 0);

  const digest = artifact.manifest.descriptor.digest;
  assert.deepEqual(await target.tag(artifact, TAGS, context), [{ tag: "1.0.0" }, { tag: "latest" }]);
  assert.deepEqual([...fake.repositories.get("acme/app")?.tags ?? []], [["1.0.0", digest], ["latest", digest]]);
  assert.equal(await target.resolve("1.0.0", context), digest);
});

Deno.test("storeTarget(registryStore()) sends nothing when everything is there", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  const context = testContext();
  const artifact = testArtifact(textContent("one"));
  await target.upload(artifact, TAGS, context);
  await target.tag(artifact, TAGS, context);
  fake.clearLog();

  const receipt = await target.upload(artifact, TAGS, context);
  assert.deepEqual(receipt.uploaded, []);
  assert.equal(receipt.existing.length, 3);
  assert.equal(receipt.bytesSent, 0);
  assert.equal(fake.requests.length, 1);
  const { digest } = artifact.manifest.descriptor;
  assert.deepEqual(await target.tag(artifact, TAGS, context), [
    { tag: "1.0.0", from: digest },
    { tag: "latest", from: digest },
  ]);
  assert.equal(fake.requests.every(({ method }) => method === "HEAD"), true);
});

Deno.test("upload/manifest-after-blobs: the manifest goes out when every blob has been confirmed", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  await target.upload(testArtifact(...[1, 2, 3, 4, 5, 6].map((size) => sizedContent(size * 1000))), [], testContext());
  const manifests = fake.requests.filter(({ method }) => method === "PUT").map(({ path }) =>
    path.includes("/manifests/")
  );
  assert.deepEqual(manifests.indexOf(true), manifests.length - 1);
});

Deno.test("upload/manifest-after-blobs: no manifest when a blob fails", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({
    method: "PUT",
    path: /uploads/,
    skip: 1,
    fault: { kind: "answer", answer: () => Response.json({ errors: [{ code: "DENIED" }] }, { status: 403 }) },
  });
  const target = open(fake, client);
  const layers = [1, 2, 3].map((size) => sizedContent(size * 1000));
  await assert.rejects(target.upload(testArtifact(...layers), [], testContext()), /DENIED \(403\)/);
  assert.equal(fake.repositories.get("acme/app")?.manifests.size, 0);
  assert.deepEqual(layers.map(({ held }) => held), [0, 0, 0]);
});

Deno.test("upload/multi-tag-query: one request sets all tags where the registry knows how", async () => {
  await using fake = startFakeRegistry({ multiTag: true });
  using client = testClient(fake);
  const target = open(fake, client);
  const artifact = testArtifact(textContent("one"));
  await target.upload(artifact, [], testContext());
  fake.clearLog();
  await target.tag(artifact, tagNames("1.0.0", "1.0", "1", "latest"), testContext());
  assert.deepEqual([...fake.repositories.get("acme/app")?.tags.keys() ?? []].sort(), ["1", "1.0", "1.0.0", "latest"]);
  assert.equal(fake.requests.filter(({ method }) => method === "PUT").length, 1);
});

Deno.test("upload/multi-tag-query: tags that the registry left out are pushed one by one", async () => {
  for (const set of [[], ["1.0"]]) {
    await using fake = startFakeRegistry({ multiTag: set.length > 0 });
    using client = testClient(fake);
    const target = open(fake, client);
    const artifact = testArtifact(textContent("one"));
    await target.upload(artifact, [], testContext());
    fake.clearLog();
    fake.fault({
      method: "PUT",
      path: /tag=/,
      fault: { kind: "edit", edit: (answer) => withHeader(answer, "oci-tag", set.join(", ")) },
    });
    await target.tag(artifact, tagNames("1.0.0", "1.0", "1"), testContext());
    assert.deepEqual([...fake.repositories.get("acme/app")?.tags.keys() ?? []].sort(), ["1", "1.0", "1.0.0"]);
    const puts = fake.requests.filter(({ method }) => method === "PUT").map(({ path }) => path.split("/").at(-1));
    assert.deepEqual(puts.slice(1), ["1.0.0", "1.0", "1"].filter((tag) => !set.includes(tag)));
  }
});

Deno.test("upload/multi-tag-query: a registry that does not know how is not asked again", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  for (const text of ["one", "two"]) {
    const artifact = testArtifact(textContent(text));
    await target.upload(artifact, [], testContext());
    await target.tag(artifact, tagNames(`${text}-1`, `${text}-2`, `${text}-3`), testContext());
  }
  assert.equal(fake.repositories.get("acme/app")?.tags.size, 6);
  assert.equal(fake.requests.filter(({ path }) => path.includes("tag=")).length, 1);
});

Deno.test("upload/multi-tag-query: a few tags say nothing of what the registry knows", async () => {
  await using fake = startFakeRegistry({ multiTag: true });
  using client = testClient(fake);
  const target = open(fake, client);
  for (const tags of [["one"], ["two-1", "two-2", "two-3"]]) {
    const artifact = testArtifact(textContent(tags.join()));
    await target.upload(artifact, [], testContext());
    fake.clearLog();
    await target.tag(artifact, tagNames(...tags), testContext());
    assert.equal(fake.requests.filter(({ method }) => method === "PUT").length, 1);
  }
  assert.equal(fake.repositories.get("acme/app")?.tags.size, 4);
});

Deno.test("upload/manifest-blob-unknown-self-heal: a blob that is not there after all is sent and the manifest again", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  const layer = sizedContent(10_000);
  const lie = { kind: "answer", answer: () => new Response(undefined, { status: 200 }) } as const;
  fake.fault({ method: "HEAD", path: new RegExp(layer.descriptor.digest), times: Infinity, fault: lie });
  const artifact = testArtifact(layer);
  const receipt = await target.upload(artifact, [], testContext());
  assert.ok(fake.repositories.get("acme/app")?.manifests.has(artifact.manifest.descriptor.digest));
  assert.deepEqual(receipt.existing, []);
  assert.equal(receipt.uploaded.length, 3);
});

Deno.test("upload/manifest-blob-unknown-self-heal: it is tried once", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  const unknown = { errors: [{ code: "MANIFEST_BLOB_UNKNOWN" }] };
  fake.fault({
    method: "PUT",
    path: /manifests/,
    times: Infinity,
    fault: { kind: "answer", answer: () => Response.json(unknown, { status: 400 }) },
  });
  await assert.rejects(target.upload(testArtifact(sizedContent(1000)), [], testContext()), /MANIFEST_BLOB_UNKNOWN/);
  assert.equal(fake.requests.filter(({ path, method }) => method === "PUT" && path.includes("manifests")).length, 2);
});

Deno.test("conc/first-error-cancels: the others stop, and the error is the first one", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const [stalled, denied] = [sizedContent(2_000_000), sizedContent(3_000)];
  fake.fault({ method: "PUT", path: /uploads/, fault: { kind: "stall", after: 1000 } });
  const target = open(fake, client);
  const context = testContext();
  const uploading = target.upload(testArtifact(stalled), [], context);
  await fake.stalled();
  fake.fault({
    method: "HEAD",
    path: new RegExp(denied.descriptor.digest),
    fault: { kind: "answer", answer: () => new Response(undefined, { status: 409 }) },
  });
  const other = open(fake, client);
  await assert.rejects(other.upload(testArtifact(stalled, denied), [], context), /HTTP 409/);
  client.close();
  await assert.rejects(uploading);
  assert.equal(stalled.held, 0);
});

Deno.test("conc/no-deadlock-limit-1: one blob at a time is enough, the same one twice included", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client, 1);
  const artifact = testArtifact(sizedContent(1000), sizedContent(2000), sizedContent(1000));
  await Promise.all([target.upload(artifact, [], testContext()), target.upload(artifact, [], testContext())]);
  assert.equal(fake.repositories.get("acme/app")?.blobs.size, 3);
});

Deno.test("perf/second-push-noop: what is there under its version costs one request", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const artifact = testArtifact(sizedContent(1000));
  const first = open(fake, client);
  await first.upload(artifact, [], testContext());
  await first.tag(artifact, tagNames("1.0.0"), testContext());
  fake.clearLog();

  using fresh = testClient(fake);
  const target = open(fake, fresh);
  assert.equal(await target.resolve("1.0.0", testContext()), artifact.manifest.descriptor.digest);
  const receipt = await target.upload(artifact, tagNames("1.0.0"), testContext());
  assert.deepEqual(receipt.uploaded, []);
  await target.tag(artifact, tagNames("1.0.0"), testContext());
  assert.equal(fake.requests.length, 1);
});

Deno.test("perf/round-trips: ten small layers take two or three requests each, and a handful for the rest", async () => {
  const cases = [[{ singlePost: true }, 2], [{}, 3]] as const;
  for (const [options, each] of cases) {
    await using fake = startFakeRegistry(options);
    using client = testClient(fake);
    const target = open(fake, client, 1);
    const layers = Array.from({ length: 10 }, (_, at) => sizedContent(1000 + at));
    const artifact = testArtifact(...layers);
    await target.resolve("1.0.0", testContext());
    await target.upload(artifact, [], testContext());
    await target.tag(artifact, tagNames("1.0.0"), testContext());
    // Besides the blobs: the tag is looked for, then the manifest, which is put; then the tag again, which is set.
    assert.equal(fake.requests.length, 11 * each + 5);
  }
});

function tagNames(...names: readonly string[]): readonly TagName[] {
  return names.map((name) => ({ name, immutable: false }));
}

function withHeader(answer: Response, name: string, value: string): Response {
  const headers = new Headers(answer.headers);
  headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}

Deno.test("storeTarget(registryStore()) sends blobs again that its tags turn out to lack", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  const layer = sizedContent(10_000);
  const lie = { kind: "answer", answer: () => new Response(undefined, { status: 200 }) } as const;
  fake.fault({ method: "HEAD", path: new RegExp(layer.descriptor.digest), times: Infinity, fault: lie });
  const artifact = testArtifact(layer);
  await target.upload(artifact, TAGS, testContext(), { areTagsNext: true });
  await target.tag(artifact, TAGS, testContext());
  const { blobs, tags } = fake.repositories.get("acme/app") ?? assert.fail();
  assert.ok(blobs.has(layer.descriptor.digest));
  assert.deepEqual([...tags.keys()].sort(), ["1.0.0", "latest"]);
});

Deno.test("storeTarget(registryStore()) sees a tag that another run has set while much was sent", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  const artifact = testArtifact(sizedContent(2_000_000));
  assert.equal(await target.resolve("1.0.0", testContext()), undefined);
  await target.upload(artifact, TAGS, testContext(), { areTagsNext: true });
  const other = testArtifact(textContent("other"));
  const rival = open(fake, client);
  await rival.upload(other, TAGS, testContext());
  await rival.tag(other, TAGS, testContext());
  await assert.rejects(target.tag(artifact, TAGS, testContext()), { name: "TagExistsError" });
  assert.equal(fake.repositories.get("acme/app")?.tags.get("latest"), other.manifest.descriptor.digest);
});

Deno.test("storeTarget(registryStore()) brings the manifest before an immutable tag of which the registry says nothing", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = open(fake, client);
  // What is not there is forbidden, as with some registries, and what is there can be read.
  const denied = { kind: "answer", answer: () => new Response(undefined, { status: 403 }) } as const;
  for (const method of ["HEAD", "GET"]) {
    fake.fault({ method, path: /manifests\/1\.0\.0$/, times: Infinity, fault: denied });
  }
  const artifact = testArtifact(textContent("one"));
  await target.upload(artifact, TAGS, testContext(), { areTagsNext: true });
  await target.tag(artifact, TAGS, testContext());
  const puts = fake.summary().filter((line) => /^PUT .*manifests/.test(line)).map((line) => line.split("/").at(-1));
  assert.match(puts[0] ?? "", /^sha256:/);
  assert.deepEqual(puts.slice(1).sort(), ["1.0.0", "latest"]);
});

Deno.test("look() of a store's target begins no upload that it does not cancel", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", anonymous: ["pull", "push"] } });
  using client = testClient(fake);
  const target = open(fake, client);
  const artifact = testArtifact(textContent("one"), textContent("two"));
  await target.look?.(artifact, TAGS, testContext());
  assert.equal(fake.repositories.get("acme/app")?.uploads.size, 3);
  await target.discard(testContext());
  assert.equal(fake.repositories.get("acme/app")?.uploads.size, 0);
});

Deno.test("upload() waits as long as the registry says that refused to begin one for a look", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", anonymous: ["pull", "push"] } });
  const clock = testClock();
  using client = testClient(fake, { clock });
  const target = open(fake, client);
  const busy = () => new Response(undefined, { status: 429, headers: { "retry-after": "7" } });
  // The first one has no token yet.
  fake.fault({ method: "POST", fault: { kind: "answer", answer: busy } });
  const artifact = testArtifact(sizedContent(5000));
  await target.look?.(artifact, TAGS, testContext());
  assert.deepEqual(clock.waits, []);
  await target.upload(artifact, [], testContext());
  assert.deepEqual(clock.waits, [7000]);
});
