import assert from "node:assert/strict";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { emptyRepository } from "../../support/fake_registry/store.ts";
import { type CountedContent, sizedContent, testClient, testContext } from "../support.ts";

const SIZE = 300_000;

/** A registry that holds one blob. */
async function startWithBlob(): Promise<{ fake: FakeRegistry; blob: CountedContent }> {
  const fake = startFakeRegistry();
  const blob = sizedContent(SIZE);
  const { digest, size } = blob.descriptor;
  const repository = emptyRepository();
  repository.blobs.set(digest, { digest, size, bytes: await new Response(blob.open()).bytes() });
  fake.repositories.set("acme/app", repository);
  return { fake, blob };
}

Deno.test("fetch() gives the bytes, and exists() knows of them", async () => {
  const { fake, blob } = await startWithBlob();
  await using _ = fake;
  using client = testClient(fake);
  const repository = client.repository("acme/app");
  const bytes = await new Response(await repository.fetch(blob.descriptor, testContext())).bytes();
  assert.deepEqual(bytes, await new Response(blob.open()).bytes());
  assert.equal(await repository.exists(blob.descriptor, testContext()), true);
  assert.equal(await repository.exists(sizedContent(5).descriptor, testContext()), false);
});

const WRONG: readonly (readonly [name: string, edit: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>, RegExp])[] = [
  [
    "download/digest-mismatch",
    (bytes) => bytes.map((byte) => byte ^ 1).slice(),
    /its digest is sha256:.*, it should be/,
  ],
  [
    "download/size-too-long",
    (bytes) => new Uint8Array(bytes.byteLength + 10),
    /it has more than the 300000 bytes/,
  ],
];

for (const [name, edit, message] of WRONG) {
  Deno.test(`${name}: the stream errors instead of ending`, async () => {
    const { fake, blob } = await startWithBlob();
    await using _ = fake;
    using client = testClient(fake);
    const bytes = await new Response(blob.open()).bytes();
    fake.fault({ fault: { kind: "answer", answer: () => new Response(edit(bytes)) } });
    const stream = await client.repository("acme/app").fetch(blob.descriptor, testContext());
    await assert.rejects(new Response(stream).arrayBuffer(), { name: "DigestMismatchError", message });
  });
}

Deno.test("fetch() says when the wrong bytes are sent in an encoding", async () => {
  const { fake, blob } = await startWithBlob();
  await using _ = fake;
  using client = testClient(fake);
  const wrong = new Uint8Array(blob.descriptor.size + 1);
  const headers = { "content-encoding": "x-own" };
  fake.fault({ fault: { kind: "answer", answer: () => new Response(wrong, { headers }) } });
  const stream = await client.repository("acme/app").fetch(blob.descriptor, testContext());
  await assert.rejects(new Response(stream).arrayBuffer(), {
    message:
      /^Cannot use blob sha256:\w+ from 127\.0\.0\.1:\d+\/acme\/app, sent with Content-Encoding "x-own": it has more than /,
  });
});

Deno.test("fetch() says that a blob is not there", async () => {
  const { fake } = await startWithBlob();
  await using _ = fake;
  using client = testClient(fake);
  const missing = sizedContent(5).descriptor;
  await assert.rejects(client.repository("acme/app").fetch(missing, testContext()), /BLOB_UNKNOWN \(404\)/);
});

/** The blob's bytes as a client gets them. */
async function download(fake: FakeRegistry, blob: CountedContent): Promise<Uint8Array> {
  using client = testClient(fake);
  const stream = await client.repository("acme/app").fetch(blob.descriptor, testContext());
  return await new Response(stream).bytes();
}

Deno.test("download/resume-after-reset: the rest is asked for, from where the connection broke", async () => {
  const { fake, blob } = await startWithBlob();
  await using _ = fake;
  const cuts = [100_000, 50_000, 1];
  for (const after of cuts) fake.fault({ method: "GET", fault: { kind: "cut-response", after } });
  assert.deepEqual(await download(fake, blob), await new Response(blob.open()).bytes());
  const ranges = fake.requests.map(({ headers }) => headers.get("range"));
  assert.equal(ranges.length, 4);
  assert.equal(ranges[0], null);
  for (const range of ranges.slice(1)) assert.match(range ?? "", /^bytes=[0-9]+-$/);
});

Deno.test("download/resume-after-reset: a registry that ignores the range sends everything, and it fits", async () => {
  const { fake, blob } = await startWithBlob();
  await using _ = fake;
  const bytes = await new Response(blob.open()).bytes();
  fake.fault({ method: "GET", fault: { kind: "cut-response", after: 100_000 } });
  fake.fault({ method: "GET", fault: { kind: "answer", answer: () => new Response(bytes) } });
  assert.deepEqual(await download(fake, blob), bytes);
});

Deno.test("download/resume-after-reset: after another part than the one that was asked for it begins anew", async () => {
  const other = { status: 206, headers: { "content-range": "bytes 5-9/300000" } };
  for (const answer of [() => new Response("other", other), () => new Response(undefined, { status: 416 })]) {
    const { fake, blob } = await startWithBlob();
    await using _ = fake;
    fake.fault({ method: "GET", fault: { kind: "cut-response", after: 100_000 } });
    fake.fault({ method: "GET", fault: { kind: "answer", answer } });
    assert.deepEqual(await download(fake, blob), await new Response(blob.open()).bytes());
    assert.equal(fake.requests.length, 3);
  }
});

Deno.test("download/missing-content-length: a body without a length that ends early is resumed as well", async () => {
  const { fake, blob } = await startWithBlob();
  await using _ = fake;
  const bytes = await new Response(blob.open()).bytes();
  const half = (): Response => new Response(new Blob([bytes.slice(0, 150_000)]).stream());
  fake.fault({ method: "GET", fault: { kind: "answer", answer: half } });
  assert.deepEqual(await download(fake, blob), bytes);
});

Deno.test("download/resume-after-reset: a caller that has enough lets the connection go", async () => {
  const { fake, blob } = await startWithBlob();
  await using _ = fake;
  using client = testClient(fake);
  const stream = await client.repository("acme/app").fetch(blob.descriptor, testContext());
  for await (const _ of stream) break;
});
