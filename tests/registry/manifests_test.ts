import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { digestOf } from "../../src/oci/digest.ts";
import {
  DOCKER_MANIFEST_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { DigestMismatchError } from "../../src/oci/bytes/verified.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { emptyRepository } from "../support/fake_registry/store.ts";
import { testClient, testContext } from "./support.ts";

/** A registry that holds one manifest under "v1". */
function startWith(text: string, mediaType = OCI_MANIFEST_MEDIA_TYPE): { fake: FakeRegistry; digest: string } {
  const fake = startFakeRegistry();
  const bytes = new TextEncoder().encode(text);
  const digest = digestOf(bytes);
  const repository = emptyRepository();
  repository.manifests.set(digest, { digest, mediaType, bytes });
  repository.tags.set("v1", digest);
  fake.repositories.set("acme/app", repository);
  return { fake, digest };
}

function withHeaders(fake: FakeRegistry, change: (headers: Headers) => void, times = Infinity): void {
  fake.fault({
    times,
    fault: {
      kind: "edit",
      edit: (answer) => {
        const headers = new Headers(answer.headers);
        change(headers);
        return new Response(answer.body, { status: answer.status, headers });
      },
    },
  });
}

const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, layers: [] });

Deno.test("resolve() asks by HEAD, and knows what is not there", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  const repository = client.repository("acme/app");
  const expected = { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest, size: MANIFEST.length };
  assert.deepEqual(await repository.resolve("v1", testContext()), expected);
  assert.deepEqual(await repository.resolve(digest, testContext()), expected);
  assert.equal(await repository.resolve("v2", testContext()), undefined);
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "HEAD", "HEAD"]);
  assert.match(fake.requests[0]?.headers.get("accept") ?? "", /oci\.image\.manifest.*oci\.image\.index.*docker/);
});

Deno.test("download/head-without-digest-header: the manifest itself says what it is", async () => {
  for (const header of ["docker-content-digest", "content-length", "content-type"]) {
    const { fake, digest } = startWith(MANIFEST);
    await using _ = fake;
    using client = testClient(fake);
    withHeaders(fake, (headers) => headers.delete(header), 1);
    assert.equal((await client.repository("acme/app").resolve("v1", testContext()))?.digest, digest);
    assert.ok(fake.requests.length <= 2);
  }
});

Deno.test("download/head-without-digest-header: a digest that is malformed is none", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  withHeaders(fake, (headers) => headers.set("docker-content-digest", "sha256:../../x"));
  assert.equal((await client.repository("acme/app").resolve("v1", testContext()))?.digest, digest);
});

Deno.test("resolve() refuses an answer for another digest than it asked for", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  withHeaders(fake, (headers) => headers.set("docker-content-digest", `sha256:${"0".repeat(64)}`));
  await assert.rejects(client.repository("acme/app").resolve(digest, testContext()), DigestMismatchError);
});

Deno.test("fetchManifest() gives the bytes under their own digest", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  const fetched = await client.repository("acme/app").fetchManifest("v1", testContext());
  assert.equal(new TextDecoder().decode(fetched?.bytes), MANIFEST);
  assert.equal(fetched?.descriptor.digest, digest);
  assert.equal(await client.repository("acme/app").fetchManifest("v2", testContext()), undefined);
});

Deno.test("fetchManifest() refuses bytes of another digest than it asked for", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  fake.fault({ fault: { kind: "answer", answer: () => Response.json({}) } });
  await assert.rejects(client.repository("acme/app").fetchManifest(digest, testContext()), {
    name: "DigestMismatchError",
    message: `Cannot use manifest ${fake.host}/acme/app@${digest}: its digest is ${
      digestOf(new TextEncoder().encode("{}"))
    }, it should be ${digest}`,
  });
});

Deno.test("fetchManifest() begins again when the connection breaks in the middle", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  fake.fault({ fault: { kind: "cut-response", after: 10 } });
  assert.equal((await client.repository("acme/app").fetchManifest("v1", testContext()))?.descriptor.digest, digest);
  assert.equal(fake.requests.length, 2);
});

Deno.test("download/manifest-content-type-params: parameters and case do not matter, another type does", async () => {
  const right = startWith(MANIFEST, `${OCI_MANIFEST_MEDIA_TYPE.toUpperCase()}; charset=utf-8`);
  await using _ = right.fake;
  using client = testClient(right.fake);
  const fetched = await client.repository("acme/app").fetchManifest("v1", testContext());
  assert.equal(fetched?.descriptor.mediaType, OCI_MANIFEST_MEDIA_TYPE);
  assert.equal(
    (await client.repository("acme/app").resolve("v1", testContext()))?.mediaType,
    OCI_MANIFEST_MEDIA_TYPE,
  );

  for (const other of [OCI_INDEX_MEDIA_TYPE, DOCKER_MANIFEST_MEDIA_TYPE]) {
    const wrong = startWith(MANIFEST, other);
    await using _ = wrong.fake;
    using client = testClient(wrong.fake);
    await assert.rejects(client.repository("acme/app").fetchManifest("v1", testContext()), {
      message:
        `Cannot use manifest ${wrong.fake.host}/acme/app:v1: it is sent as ${other} and calls itself ${OCI_MANIFEST_MEDIA_TYPE}`,
    });
  }
});

Deno.test("fetchManifest() says that an answer is compressed instead of showing its bytes", async () => {
  const { fake } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  const bytes = new Uint8Array(gzipSync(MANIFEST));
  fake.fault({ times: Infinity, fault: { kind: "answer", answer: () => new Response(bytes) } });
  await assert.rejects(
    client.repository("acme/app").fetchManifest("v1", testContext()),
    /^RegistryError: Cannot fetch 127\.0\.0\.1:\d+\/acme\/app:v1: HTTP 200, the answer is compressed, which nobody has asked for /,
  );
});

Deno.test("sec/manifest-4MiB+1: no more than that is read", async () => {
  const limit = 4 * 1024 * 1024;
  for (const [size, message] of [[limit, undefined], [limit + 1, /larger than 4194304 bytes/]] as const) {
    const { fake } = startWith("{}".padEnd(size));
    await using _ = fake;
    using client = testClient(fake);
    const fetching = client.repository("acme/app").fetchManifest("v1", testContext());
    if (message === undefined) assert.equal((await fetching)?.descriptor.size, limit);
    else await assert.rejects(fetching, message);
  }
});

Deno.test("pushManifest() and tag() notice that the registry took something else", async () => {
  const { fake } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  withHeaders(fake, (headers) => headers.set("docker-content-digest", `sha256:${"0".repeat(64)}`));
  const manifest = bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode(MANIFEST));
  const repository = client.repository("acme/app", "push");
  await assert.rejects(repository.pushManifest(manifest, testContext()), DigestMismatchError);
  await assert.rejects(
    repository.tag(manifest, "v2", testContext()),
    /Cannot tag 127\.0\.0\.1:\d+\/acme\/app:v2: .* became "sha256:0000/,
  );
});

Deno.test("pushManifest() is repeated when the answer is lost", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  fake.fault({ method: "PUT", fault: { kind: "lose-answer" } });
  const manifest = bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode(MANIFEST));
  const pushed = await client.repository("acme/app", "push").pushManifest(manifest, testContext());
  assert.deepEqual(pushed, { existed: false, bytesSent: 2 * MANIFEST.length });
  assert.ok(fake.repositories.get("acme/app")?.manifests.has(digest));
});

Deno.test("tag() succeeds when the answer was lost and the next one is a no", async () => {
  const { fake, digest } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  fake.fault({ method: "PUT", fault: { kind: "lose-answer" } });
  const denied = (): Response => new Response("{}", { status: 403 });
  fake.fault({ method: "PUT", fault: { kind: "answer", answer: denied } });
  const manifest = bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode(MANIFEST));
  await client.repository("acme/app", "push").tag(manifest, "v2", testContext());
  assert.equal(fake.repositories.get("acme/app")?.tags.get("v2"), digest);

  fake.fault({ method: "PUT", fault: { kind: "answer", answer: () => new Response("{}", { status: 503 }) } });
  fake.fault({ method: "PUT", fault: { kind: "answer", answer: denied } });
  await assert.rejects(client.repository("acme/app", "push").tag(manifest, "v3", testContext()), /HTTP 403/);
});

Deno.test("tag() does not take a page with status 200 for success", async () => {
  const { fake } = startWith(MANIFEST);
  await using _ = fake;
  using client = testClient(fake);
  fake.fault({ method: "PUT", fault: { kind: "answer", answer: () => new Response("<title>Log in</title>") } });
  const manifest = bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode(MANIFEST));
  const tagging = client.repository("acme/app", "push").tag(manifest, "v2", testContext());
  await assert.rejects(tagging, /^RegistryError: Cannot tag 127\.0\.0\.1:\d+\/acme\/app:v2: HTTP 200, Log in/);
});
