import assert from "node:assert/strict";
import { digestOf } from "../../../src/oci/digest.ts";
import type { Content } from "../../../src/oci/descriptor.ts";
import { ConnectionError } from "../../../src/registry/http/transport.ts";
import { RegistryError } from "../../../src/registry/http/registry_error.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { sizedContent, testClient, testClock, testContext, textContent } from "../support.ts";

const UPLOADS = /\/blobs\/uploads\//;
const SESSION = /\/blobs\/uploads\/session/;
const MIB = 1024 * 1024;

/** The blob is there, whole. */
function assertStored(fake: FakeRegistry, content: Content, repository = "acme/app"): void {
  const { digest, size } = content.descriptor;
  assert.equal(fake.repositories.get(repository)?.blobs.get(digest)?.size, size);
}

Deno.test("upload/content-length-always: every size goes out with its length and never in chunks", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const repository = client.repository("acme/app", "push");
  for (const size of [0, 2, 100_000, 3 * MIB]) {
    fake.clearLog();
    const content = sizedContent(size);
    await repository.pushBlob(content, testContext());
    assertStored(fake, content);
    const sent = fake.requests.filter(({ method }) => method === "PUT" || method === "POST");
    assert.ok(sent.length >= 2);
    for (const { headers, bytes } of sent) {
      assert.equal(headers.get("transfer-encoding"), null);
      if (bytes > 0) assert.equal(headers.get("content-length"), String(size));
    }
    assert.equal(content.held, 0);
  }
});

Deno.test("upload/location-relative, upload/location-absolute: both are followed", async () => {
  for (const shape of [(url: URL) => `${url.pathname}${url.search}`, (url: URL) => url.href]) {
    await using fake = startFakeRegistry();
    using client = testClient(fake);
    fake.fault({
      method: "POST",
      path: UPLOADS,
      fault: { kind: "edit", edit: (answer) => withLocation(answer, shape) },
    });
    const content = sizedContent(10_000);
    await client.repository("acme/app", "push").pushBlob(content, testContext());
    assertStored(fake, content);
    assert.deepEqual(fake.unusedFaults, []);
  }
});

Deno.test("upload/location-relative: an upload without a location is refused", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "POST", fault: { kind: "answer", answer: () => new Response(undefined, { status: 202 }) } });
  await assert.rejects(client.repository("acme/app", "push").pushBlob(sizedContent(10_000), testContext()), {
    message: `Cannot use the upload that ${fake.host} began: it has no location`,
  });
});

Deno.test("pushBlob() says when a digest is not a sha256", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content = sizedContent(10_000);
  const digest = digestOf(await new Response(content.open()).bytes(), "sha512");
  const blob = { descriptor: { ...content.descriptor, digest }, open: () => content.open() };
  await client.repository("acme/app", "push").pushBlob(blob, testContext());
  assertStored(fake, blob);
  assert.match(fake.requests.find(({ method }) => method === "POST")?.path ?? "", /\?digest-algorithm=sha512$/);
});

Deno.test("upload/location-query-preserved: the registry's query comes back byte by byte, with the digest behind", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content = sizedContent(10_000);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  const put = fake.requests.find(({ method }) => method === "PUT");
  assert.match(put?.path ?? "", /\?_state=session-[0-9]+%2F0==&x=a\+b%20c&digest=sha256%3A[0-9a-f]{64}$/);
});

Deno.test("upload/location-cross-host: the upload goes there without Authorization", async () => {
  await using other = startFakeRegistry();
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: { ann: "secret" } } });
  using client = testClient(fake, {
    credentials: () => Promise.resolve({ kind: "password", username: "ann", password: "secret" }),
  });
  const content = sizedContent(10_000);
  const begun = await fetch(`${other.origin}/v2/acme/app/blobs/uploads/`, { method: "POST" });
  await begun.body?.cancel();
  fake.fault({
    method: "POST",
    path: UPLOADS,
    skip: 0,
    fault: { kind: "edit", edit: (answer) => withLocation(answer, () => begun.headers.get("location") ?? "") },
  });
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(other, content);
  assert.equal(other.requests.at(-1)?.headers.get("authorization"), null);
  assert.notEqual(fake.requests.at(-1)?.headers.get("authorization"), null);
});

Deno.test("upload/location-cross-host: an HTTPS registry cannot send the upload to HTTP", async () => {
  const content = textContent("x");
  using client = testClient({ host: "registry.example", origin: "https://registry.example" }, {
    transport: (request) =>
      Promise.resolve(
        request.method === "HEAD"
          ? new Response(undefined, { status: 404 })
          : new Response(undefined, { status: 202, headers: { location: "http://storage.example/upload" } }),
      ),
  });
  await assert.rejects(client.repository("acme/app", "push").pushBlob(content, testContext()), {
    message:
      "Cannot use the upload location http://storage.example/upload of registry.example: the registry speaks HTTPS and this is not",
  });
});

Deno.test("upload/put-status: what a registry has taken is there, whatever it says instead of 201", async () => {
  for (const status of [200, 202, 204]) {
    await using fake = startFakeRegistry();
    using client = testClient(fake);
    const edit = ({ headers }: Response): Response => new Response(undefined, { status, headers });
    fake.fault({ method: "PUT", fault: { kind: "edit", edit } });
    const content = sizedContent(10_000);
    await client.repository("acme/app", "push").pushBlob(content, testContext());
    assertStored(fake, content);
    assert.equal(fake.requests.filter(({ method }) => method === "PUT").length, 1);
  }
});

Deno.test("upload/put-status: a page with status 200 is no blob", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "PUT", fault: { kind: "answer", answer: () => new Response("Log in") } });
  await assert.rejects(
    client.repository("acme/app", "push").pushBlob(sizedContent(10_000), testContext()),
    /^RegistryError: Cannot push blob sha256:[0-9a-f]{64}: HTTP 200, Log in /,
  );
});

Deno.test("upload/single-post-201: a small blob is asked for once and sent once", async () => {
  await using fake = startFakeRegistry({ singlePost: true });
  using client = testClient(fake);
  const repository = client.repository("acme/app", "push");
  const [tiny, small, large] = [sizedContent(100), sizedContent(100_000), sizedContent(200_000)];
  for (const content of [tiny, small, large]) await repository.pushBlob(content, testContext());
  [tiny, small, large].forEach((content) => assertStored(fake, content));
  assert.deepEqual(fake.requests.map(({ method, bytes }) => `${method} ${bytes}`), [
    ...["HEAD 0", "POST 100"],
    ...["HEAD 0", "POST 100000"],
    ...["HEAD 0", "POST 0", "PUT 200000"],
  ]);
});

Deno.test("upload/single-post-202-continue: the session goes on, and the next blob does not try again", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const repository = client.repository("acme/app", "push");
  for (const content of [sizedContent(100), sizedContent(101)]) {
    await repository.pushBlob(content, testContext());
    assertStored(fake, content);
  }
  assert.deepEqual(
    fake.requests.map(({ method, bytes, headers }) => `${method} ${headers.get("content-length") ?? bytes}`),
    [
      ...["HEAD 0", "POST 100", "PUT 100"],
      ...["HEAD 0", "POST 0", "PUT 101"],
    ],
  );
});

Deno.test("upload/single-post: a registry that refuses it gets the blob in the usual way", async () => {
  for (const status of [400, 404, 405]) {
    await using fake = startFakeRegistry();
    using client = testClient(fake);
    fake.fault({
      method: "POST",
      path: /digest=/,
      fault: { kind: "answer", answer: () => new Response("no", { status }) },
    });
    const content = sizedContent(100);
    await client.repository("acme/app", "push").pushBlob(content, testContext());
    assertStored(fake, content);
    assert.deepEqual(fake.unusedFaults, []);
  }
});

Deno.test("upload/mount-201: what the client saw in one repository is mounted into the next", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content = sizedContent(10_000);
  await client.repository("acme/a", "push").pushBlob(content, testContext());
  fake.clearLog();
  const pushed = await client.repository("acme/b", "push").pushBlob(content, testContext());
  assert.deepEqual(pushed, { existed: true, bytesSent: 0 });
  assertStored(fake, content, "acme/b");
  assert.deepEqual(fake.summary().map((line) => line.slice(0, 5)), ["HEAD ", "POST "]);
  assert.match(fake.requests.at(-1)?.path ?? "", /\?mount=sha256%3A[0-9a-f]{64}&from=acme\/a$/);
});

Deno.test("upload/mount-202: the blob is sent on the session that the registry began instead", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content = sizedContent(10_000);
  await client.repository("acme/b", "push").pushBlob(content, testContext(), { mountFrom: "acme/unknown" });
  assertStored(fake, content, "acme/b");
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "PUT"]);
});

Deno.test("upload/mount-401-falls-back, upload/mount-500-ignored: the blob is sent without a mount", async () => {
  for (const status of [401, 403, 404, 500]) {
    await using fake = startFakeRegistry();
    using client = testClient(fake);
    fake.fault({
      method: "POST",
      path: /mount=/,
      fault: { kind: "answer", answer: () => new Response("no", { status }) },
    });
    const content = sizedContent(10_000);
    await client.repository("acme/b", "push").pushBlob(content, testContext(), { mountFrom: "other/secret" });
    assertStored(fake, content, "acme/b");
    assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "POST", "PUT"]);
  }
});

Deno.test("upload/cut-at-byte-N-resume: the rest is sent from where the registry is, and no byte before it", async () => {
  const size = 3 * MIB;
  for (const after of [2, 1, 0, 100_000, MIB, size - 1]) {
    await using fake = startFakeRegistry();
    const clock = testClock();
    using client = testClient(fake, { clock });
    fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after } });
    const content = sizedContent(size);
    const pushed = await client.repository("acme/app", "push").pushBlob(content, testContext());
    assertStored(fake, content);
    assert.deepEqual(fake.unusedFaults, []);
    assert.equal(content.held, 0);
    assert.equal(clock.waits.length, 1);
    const patch = fake.requests.find(({ method }) => method === "PATCH");
    if (after < 2) {
      // "0-0" and no range at all do not say that a byte is there.
      assert.equal(patch, undefined);
    } else {
      assert.equal(patch?.headers.get("content-range"), `${after}-${size - 1}`);
      assert.equal(patch.bytes, size - after);
      assert.ok(pushed.bytesSent < 2 * size);
    }
  }
});

Deno.test("upload/cut-at-byte-N-resume: cuts that always leave some bytes do not use up the retries", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake, { retry: { retries: 1, budget: Infinity } });
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: 1000 } });
  fake.fault({ method: "PATCH", times: 9, fault: { kind: "cut-request", after: 1000 } });
  const content = sizedContent(MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.deepEqual(fake.unusedFaults, []);
});

Deno.test("upload/session-gone-404: a registry that forgets a broken session gets a new one", async () => {
  await using fake = startFakeRegistry({ forgetBroken: true });
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: MIB } });
  const content = sizedContent(2 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "PUT", "HEAD", "GET", "POST", "PUT"]);
});

Deno.test("upload/session-gone-404: so does one that knows only what it acknowledged, as distribution", async () => {
  await using fake = startFakeRegistry({ strictOffset: true });
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: MIB } });
  const content = sizedContent(2 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "PUT", "HEAD", "GET", "POST", "PUT"]);
});

Deno.test("upload/session-gone-404: a session that is gone when the content comes is begun anew", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({
    method: "PUT",
    path: SESSION,
    fault: {
      kind: "answer",
      answer: () => Response.json({ errors: [{ code: "BLOB_UPLOAD_UNKNOWN" }] }, { status: 404 }),
    },
  });
  const content = sizedContent(10_000);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.equal(content.held, 0);
});

Deno.test("upload/put-succeeded-but-response-lost: the blob is found and not sent again", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "lose-answer" } });
  const content = sizedContent(MIB);
  const pushed = await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.deepEqual(pushed, { existed: false, bytesSent: MIB });
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "PUT", "HEAD"]);
});

Deno.test("upload/range-stale-ecr, upload/patch-201-ecr: an acknowledged chunk counts as sent", async () => {
  await using fake = startFakeRegistry({ requestLimit: MIB });
  using client = testClient(fake);
  fake.fault({
    method: "PATCH",
    times: Infinity,
    fault: {
      kind: "edit",
      edit: (answer) => {
        if (answer.status !== 202) return answer;
        const headers = new Headers(answer.headers);
        headers.set("range", "0-9");
        return new Response(undefined, { status: 201, headers });
      },
    },
  });
  const content = sizedContent(5 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  const starts = fake.requests.filter(({ method }) => method === "PATCH").map(({ headers }) =>
    headers.get("content-range")
  );
  assert.ok(starts.length >= 5);
});

Deno.test("upload/range-stale-ecr: an offset beyond what was sent is not believed", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: 1000 } });
  fake.fault({
    method: "GET",
    path: SESSION,
    fault: {
      kind: "edit",
      edit: (answer) => {
        const headers = new Headers(answer.headers);
        headers.set("range", `0-${100 * MIB}`);
        return new Response(undefined, { status: 204, headers });
      },
    },
  });
  const content = sizedContent(2 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "PUT", "HEAD", "GET", "POST", "PUT"]);
});

Deno.test("upload/416-first-byte: an offset that has moved meanwhile is asked for once more", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: MIB } });
  fake.fault({
    method: "GET",
    path: SESSION,
    fault: { kind: "edit", edit: (answer) => withHeader(answer, "range", "0-999") },
  });
  const content = sizedContent(2 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  const ranges = fake.requests.filter(({ method }) => method === "PATCH").map(({ headers }) =>
    headers.get("content-range")
  );
  assert.deepEqual(ranges, [`1000-${2 * MIB - 1}`, `${MIB}-${2 * MIB - 1}`]);
});

Deno.test("upload/416-first-byte: a resumed upload that is refused begins anew, in one piece", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: MIB } });
  const refused = { kind: "answer", answer: () => new Response(undefined, { status: 416 }) } as const;
  fake.fault({ method: "PATCH", times: 2, fault: refused });
  const content = sizedContent(2 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  const { method, bytes } = fake.requests.at(-1) ?? {};
  assert.deepEqual([method, bytes], ["PUT", 2 * MIB]);
});

Deno.test("upload/post-range-0-0-not-offset: the first answer's Range is not what is stored", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content = sizedContent(10_000);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assert.equal(fake.requests.at(-1)?.bytes, 10_000);
});

Deno.test("upload/413-or-416-shrinks-chunk: the next blob begins with what is known to fit", async () => {
  await using fake = startFakeRegistry({ requestLimit: 2 * MIB });
  using client = testClient(fake);
  const repository = client.repository("acme/app", "push");
  const content = sizedContent(9 * MIB);
  await repository.pushBlob(content, testContext());
  assertStored(fake, content);
  const sizes = fake.requests.filter(({ bytes }) => bytes > 0).map(({ bytes }) => bytes);
  assert.equal(sizes.reduce((sum, bytes) => sum + bytes, 0), 9 * MIB);
  assert.ok(sizes.every((bytes) => bytes <= 2 * MIB));

  fake.clearLog();
  await repository.pushBlob(sizedContent(4 * MIB, 2), testContext());
  assert.equal(fake.requests.some(({ status }) => status === 413), false);
});

Deno.test("upload/413-or-416-shrinks-chunk: a registry that takes nothing gets an end", async () => {
  await using fake = startFakeRegistry({ requestLimit: 10 });
  using client = testClient(fake);
  await assert.rejects(
    client.repository("acme/app", "push").pushBlob(sizedContent(9 * MIB), testContext()),
    (error) => error instanceof RegistryError && error.status === 413,
  );
});

Deno.test("upload/chunk-min-length: no chunk but the last is smaller than the registry wants", async () => {
  await using fake = startFakeRegistry({ requestLimit: 4 * MIB, chunkMinLength: 3 * MIB });
  using client = testClient(fake);
  const content = sizedContent(8 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  const chunks = fake.requests.filter(({ method, bytes }) => method === "PATCH" && bytes > 0).map(({ bytes }) => bytes);
  assert.deepEqual(chunks, [3 * MIB, 3 * MIB, 2 * MIB]);
});

Deno.test("upload/chunk-min-length: what is less than the registry wants and more than it takes gets an end", async () => {
  await using fake = startFakeRegistry({ requestLimit: 2 * MIB, chunkMinLength: 5 * MIB });
  using client = testClient(fake);
  await assert.rejects(
    client.repository("acme/app", "push").pushBlob(sizedContent(9 * MIB), testContext()),
    (error) => error instanceof RegistryError && error.status === 413,
  );
});

Deno.test("upload/early-429-while-sending: Retry-After is honoured and the source is let go", async () => {
  await using fake = startFakeRegistry();
  const clock = testClock();
  using client = testClient(fake, { clock });
  fake.fault({
    method: "PUT",
    path: SESSION,
    fault: {
      kind: "answer",
      answer: () => new Response("slow down", { status: 429, headers: { "retry-after": "7" } }),
    },
  });
  const content = sizedContent(8 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
  assert.equal(content.held, 0);
  assert.equal(clock.waits.length, 1);
  // A connection that breaks before the answer is read is the other possible outcome.
  assert.ok([7000, 500].includes(clock.waits[0] ?? 0));
});

Deno.test("upload/source-file-changed: a source that is too short, too long or other says so and is not retried", async () => {
  const good = sizedContent(3 * MIB);
  const cases: readonly (readonly [Content, RegExp])[] = [
    [{ ...sizedContent(2 * MIB), descriptor: good.descriptor }, /its source changed, it has only 2097152 of 3145728/],
    [{ ...sizedContent(4 * MIB, 2), descriptor: good.descriptor }, /its source changed: it has more than the 3145728/],
    [{ ...sizedContent(3 * MIB, 2), descriptor: good.descriptor }, /its source changed: its digest is sha256:/],
  ];
  for (const [content, message] of cases) {
    await using fake = startFakeRegistry();
    using client = testClient(fake);
    await assert.rejects(client.repository("acme/app", "push").pushBlob(content, testContext()), { message });
    assert.equal(fake.repositories.get("acme/app")?.blobs.size, 0);
  }
});

Deno.test("upload/source-file-changed: what the source says itself is passed on", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content: Content = {
    descriptor: sizedContent(1000).descriptor,
    open: () =>
      new ReadableStream({
        pull(controller): void {
          controller.error(new Error('Cannot read "a.yaml": it changed'));
        },
      }),
  };
  await assert.rejects(client.repository("acme/app", "push").pushBlob(content, testContext()), {
    message: 'Cannot read "a.yaml": it changed',
  });
});

Deno.test("upload/digest-invalid: a registry that garbled the content gets it once more", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({
    method: "PUT",
    path: SESSION,
    fault: { kind: "answer", answer: () => Response.json({ errors: [{ code: "DIGEST_INVALID" }] }, { status: 400 }) },
  });
  const content = sizedContent(10_000);
  await client.repository("acme/app", "push").pushBlob(content, testContext());
  assertStored(fake, content);
});

Deno.test("upload/cancel-sends-delete: an abort ends the request and the session", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const aborter = new AbortController();
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "stall", after: 1000 } });
  const content = sizedContent(2 * MIB);
  const pushing = client.repository("acme/app", "push").pushBlob(content, testContext(aborter.signal));
  await fake.stalled();
  const reason = new Error("interrupted");
  aborter.abort(reason);
  await assert.rejects(pushing, reason);
  assert.equal(fake.requests.at(-1)?.method, "DELETE");
  assert.equal(fake.repositories.get("acme/app")?.uploads.size, 0);
  assert.equal(content.held, 0);
});

Deno.test("upload/stall-timeout: a server that stops reading is given up, and the upload goes on", async () => {
  await using fake = startFakeRegistry();
  const clock = testClock();
  using client = testClient(fake, { clock });
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "stall", after: 1000 } });
  const content = sizedContent(20 * MIB);
  const context = testContext();
  const pushing = client.repository("acme/app", "push").pushBlob(content, context);
  await fake.stalled();
  const gaveUp = (): boolean => context.log.lines.some((line) => line.includes("nothing moved for 60 s"));
  // Bytes on their way into buffers still move for a while, so one limit may not be enough.
  while (!gaveUp()) {
    clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await pushing;
  assertStored(fake, content);
  assert.equal(content.held, 0);
});

Deno.test("upload/stall-timeout: without retries the error says what happened", async () => {
  await using fake = startFakeRegistry();
  const clock = testClock();
  using client = testClient(fake, { clock, retry: { retries: 0, budget: 0 } });
  fake.fault({ method: "HEAD", fault: { kind: "stall", after: 0 } });
  const asking = client.repository("acme/app").exists(sizedContent(10).descriptor, testContext());
  await fake.stalled();
  clock.advance(60_000);
  await assert.rejects(asking, (error) => error instanceof ConnectionError && error.problem === "stalled");
});

Deno.test("conc/dedupe-inflight: the same blob for many manifests is uploaded once", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const content = sizedContent(MIB);
  const repository = client.repository("acme/app", "push");
  const context = testContext();
  const all = await Promise.all(Array.from({ length: 10 }, () => repository.pushBlob(content, context)));
  assert.equal(all.reduce((sum, { bytesSent }) => sum + bytesSent, 0), MIB);
  assert.deepEqual(fake.requests.map(({ method }) => method), ["HEAD", "POST", "PUT"]);
});

Deno.test("conc/progress-monotonic: progress stays between nothing and everything, whatever is repeated", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ method: "PUT", path: SESSION, fault: { kind: "cut-request", after: MIB } });
  const content = sizedContent(3 * MIB);
  const seen: number[] = [];
  await client.repository("acme/app", "push").pushBlob(content, {
    ...testContext(),
    progress: ({ item, done, total }) => {
      assert.equal(item, `acme/app@${content.descriptor.digest}`);
      assert.equal(total, 3 * MIB);
      seen.push(done);
    },
  });
  assert.ok(seen.every((done) => done >= 0 && done <= 3 * MIB));
  assert.equal(seen.at(-1), 3 * MIB);
});

function withLocation(answer: Response, shape: (url: URL) => string): Response {
  return withHeader(answer, "location", shape(new URL(answer.headers.get("location") ?? "")));
}

function withHeader(answer: Response, name: string, value: string): Response {
  const headers = new Headers(answer.headers);
  headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}
