/** Downloads that break, and places that give something else than what was asked for. */
import assert from "node:assert/strict";
import zlib from "node:zlib";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content } from "../../src/oci/descriptor.ts";
import type { RegistryClientOptions } from "../../src/registry/client.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { emptyRepository } from "../support/fake_registry/store.ts";
import { sizedContent, testClient, testClock, testContext } from "./support.ts";

const SIZE = 300_000;
const CUT = { kind: "cut-response", after: 100_000 } as const;

async function startWith(blob: Content, options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const fake = startFakeRegistry(options);
  const repository = emptyRepository();
  const { digest, size } = blob.descriptor;
  repository.blobs.set(digest, { digest, size, bytes: await new Response(blob.open()).bytes() });
  fake.repositories.set("acme/app", repository);
  return fake;
}

async function download(
  fake: FakeRegistry,
  blob: Content,
  options: Partial<RegistryClientOptions> = {},
): Promise<Uint8Array> {
  using client = testClient(fake, options);
  return await new Response(await client.repository("acme/app").fetch(blob.descriptor, testContext())).bytes();
}

function header(fake: FakeRegistry, name: string): readonly (string | null)[] {
  return fake.requests.map(({ headers }) => headers.get(name));
}

function withHeaders(more: Readonly<Record<string, string>>): (answer: Response) => Response {
  return ({ body, status, headers }) =>
    new Response(body, { status, headers: { ...Object.fromEntries(headers), ...more } });
}

/** A registry that sends blobs to a CDN, each time to another signed address. */
function redirectTo(cdn: FakeRegistry, fake: FakeRegistry): void {
  let signatures = 0;
  fake.fault({
    method: "GET",
    path: /\/blobs\//,
    times: Infinity,
    fault: {
      kind: "edit",
      edit(answer, { pathname }): Response {
        // What the gate refuses stays refused.
        if (answer.status !== 200 && answer.status !== 206) return answer;
        const location = `${cdn.origin}${pathname}?signature=${++signatures}`;
        return new Response(undefined, { status: 307, headers: { location } });
      },
    },
  });
}

Deno.test("download/resume-after-reset: the rest is wanted only of the same bytes, where the registry names them", async () => {
  for (const [etag, sent] of [['"one"', '"one"'], ['W/"one"', null], ["", null]] as const) {
    const blob = sizedContent(SIZE);
    await using fake = await startWith(blob);
    const bytes = await new Response(blob.open()).bytes();
    const half = new Response(new Blob([bytes.slice(0, 150_000)]).stream(), { headers: { etag } });
    fake.fault({ method: "GET", fault: { kind: "answer", answer: () => half } });
    assert.deepEqual(await download(fake, blob), bytes);
    assert.deepEqual(header(fake, "if-range"), [null, sent]);
    assert.deepEqual(header(fake, "range"), [null, "bytes=150000-"]);
  }
});

Deno.test("download/resume-after-reset: a part of something larger or smaller begins anew", async () => {
  for (
    const range of [
      "bytes 150000-299999/300001",
      "bytes 150000-299999/5",
      "bytes 150000",
      "bytes */300000",
      "150000-299999/300000",
    ]
  ) {
    const blob = sizedContent(SIZE);
    await using fake = await startWith(blob);
    const bytes = await new Response(blob.open()).bytes();
    const answer = (part: Uint8Array<ArrayBuffer>, init: ResponseInit) => (): Response =>
      new Response(new Blob([part]).stream(), init);
    fake.fault({ method: "GET", fault: { kind: "answer", answer: answer(bytes.slice(0, 150_000), {}) } });
    const part = { status: 206, headers: { "content-range": range } };
    fake.fault({ method: "GET", fault: { kind: "answer", answer: answer(bytes.slice(150_000), part) } });
    assert.deepEqual(await download(fake, blob), bytes);
    assert.deepEqual(header(fake, "range"), [null, "bytes=150000-", null], range);
  }
});

Deno.test("download/resume-after-reset: a part of a blob of unknown size is taken", async () => {
  const blob = sizedContent(SIZE);
  await using fake = await startWith(blob);
  fake.fault({ method: "GET", fault: CUT });
  const edit = (answer: Response): Response => {
    const range = answer.headers.get("content-range") ?? "";
    return withHeaders({ "content-range": range.replace(/\/.*/, "/*") })(answer);
  };
  fake.fault({ method: "GET", fault: { kind: "edit", edit } });
  assert.deepEqual(await download(fake, blob), await new Response(blob.open()).bytes());
  assert.equal(fake.requests.length, 2);
});

Deno.test("download/resume-after-reset: a part that holds other bytes is found out", async () => {
  const blob = sizedContent(SIZE);
  await using fake = await startWith(blob);
  fake.fault({ method: "GET", fault: CUT });
  const edit = ({ status, headers }: Response): Response => {
    return new Response(new Uint8Array(Number(headers.get("content-length"))), { status, headers });
  };
  fake.fault({ method: "GET", fault: { kind: "edit", edit } });
  await assert.rejects(download(fake, blob), { name: "DigestMismatchError", message: /its digest is sha256:/ });
});

Deno.test("download/digest-mismatch: a blob that is always too short is not asked for again and again", async () => {
  const blob = sizedContent(SIZE);
  await using fake = await startWith(blob);
  const { digest } = blob.descriptor;
  fake.repositories.get("acme/app")?.blobs.set(digest, { digest, size: 5, bytes: new Uint8Array(5) });
  await assert.rejects(download(fake, blob), {
    name: "DigestMismatchError",
    message: `Cannot use blob ${digest} from ${fake.host}/acme/app: it has 5 bytes, it should have ${SIZE}`,
  });
  assert.deepEqual(header(fake, "range"), [null, "bytes=5-", null]);
});

Deno.test("download/resume-after-reset: it gives up when every connection breaks", async () => {
  const blob = sizedContent(SIZE);
  await using fake = await startWith(blob);
  fake.fault({ method: "GET", fault: CUT });
  fake.fault({ method: "GET", times: Infinity, fault: { kind: "cut-request", after: 0 } });
  const clock = testClock();
  await assert.rejects(download(fake, blob, { clock, retry: { retries: 3, budget: 60_000 } }), {
    name: "ConnectionError",
  });
  assert.deepEqual(clock.waits, [500, 1000, 2000]);
});

Deno.test("auth/redirect-strips: a CDN gets the range and no credentials, and each resumption asks the registry", async () => {
  const blob = sizedContent(SIZE);
  await using cdn = await startWith(blob);
  await using fake = await startWith(blob, { auth: { mode: "bearer", users: { me: "secret" } } });
  redirectTo(cdn, fake);
  cdn.fault({ method: "GET", fault: CUT });
  cdn.fault({ method: "GET", fault: { kind: "cut-response", after: 1000 } });
  const credentials = (): ReturnType<NonNullable<RegistryClientOptions["credentials"]>> =>
    Promise.resolve({ kind: "password", username: "me", password: "secret" });
  assert.deepEqual(await download(fake, blob, { credentials }), await new Response(blob.open()).bytes());
  const paths = cdn.requests.map(({ path }) => path.replace(/.*\?/, ""));
  assert.equal(new Set(paths).size, 3);
  for (const { headers } of cdn.requests) {
    assert.deepEqual([headers.get("authorization"), headers.get("cookie")], [null, null]);
  }
  assert.deepEqual(header(cdn, "range").map((range) => range !== null), [false, true, true]);
});

Deno.test("download/content-encoding-gzip: bytes are kept raw", async () => {
  const content = bytesContent("application/x", new Uint8Array(zlib.gzipSync(new Uint8Array(5000))));
  await using fake = await startWith(content);
  fake.fault({
    method: "GET",
    times: Infinity,
    fault: { kind: "edit", edit: withHeaders({ "content-encoding": "gzip" }) },
  });
  const downloaded = download(fake, content);
  // Before 2.9 Deno undoes the encoding whatever was asked for; what comes out is at least never believed.
  if (isDecoding()) return await assert.rejects(downloaded, { name: "DigestMismatchError" });
  assert.deepEqual(await downloaded, await new Response(content.open()).bytes());
  assert.deepEqual(header(fake, "accept-encoding"), ["identity"]);
});

function isDecoding(): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major === 2 && minor < 9;
}

Deno.test("download/resume-after-reset: whoever cancels while it waits ends that", async () => {
  const blob = sizedContent(SIZE);
  await using fake = await startWith(blob);
  fake.fault({ method: "GET", times: Infinity, fault: CUT });
  const waiting = Promise.withResolvers<AbortSignal>();
  const ended = Promise.withResolvers<void>();
  const clock = testClock();
  using client = testClient(fake, {
    clock: {
      ...clock,
      wait(_, signal): Promise<void> {
        waiting.resolve(signal);
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            ended.resolve();
            reject(signal.reason);
          });
        });
      },
    },
  });
  const reader = (await client.repository("acme/app").fetch(blob.descriptor, testContext())).getReader();
  for (let size = 0; size < CUT.after;) size += (await reader.read()).value?.byteLength ?? 0;
  const pending = reader.read();
  await waiting.promise;
  await reader.cancel();
  await ended.promise;
  await pending;
  assert.equal(fake.requests.length, 1);
});
