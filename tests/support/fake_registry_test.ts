import assert from "node:assert/strict";
import { type FakeRegistry, startFakeRegistry } from "./fake_registry.ts";
import { digestText } from "./fake_registry/store.ts";

const HELLO = new TextEncoder().encode("hello");
const HELLO_DIGEST = digestText(HELLO);
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** One request; gives status, headers and text. */
async function ask(
  fake: FakeRegistry,
  method: string,
  path: string,
  init: { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array<ArrayBuffer> } = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  // On a connection that was used before, Deno repeats a request that broke.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const answer = await fetch(new URL(path, fake.origin), { method, client, redirect: "manual", ...init });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Starts an upload and gives its URL. */
async function begin(fake: FakeRegistry, query = ""): Promise<string> {
  const { status, headers } = await ask(fake, "POST", `/v2/a/b/blobs/uploads/${query}`);
  assert.equal(status, 202);
  return headers.get("location") ?? assert.fail();
}

async function push(fake: FakeRegistry, bytes = HELLO): Promise<void> {
  const { status } = await ask(fake, "PUT", `${await begin(fake)}&digest=${digestText(bytes)}`, { body: bytes });
  assert.equal(status, 201);
}

function manifestOf(...digests: readonly string[]): string {
  return JSON.stringify({ schemaVersion: 2, layers: digests.map((digest) => ({ digest, size: 5 })) });
}

function put(fake: FakeRegistry, reference: string, body: string): ReturnType<typeof ask> {
  return ask(fake, "PUT", `/v2/a/b/manifests/${reference}`, { body, headers: { "content-type": MANIFEST_TYPE } });
}

function codeOf({ text }: { readonly text: string }): string {
  return JSON.parse(text).errors[0].code;
}

Deno.test("startFakeRegistry() answers the API's root and nothing that is not the API", async () => {
  await using fake = startFakeRegistry();
  assert.equal((await ask(fake, "GET", "/v2/")).text, "{}");
  assert.equal((await ask(fake, "GET", "/v2/a/b/else/c")).status, 404);
  assert.equal(codeOf(await ask(fake, "GET", "/v2/a/b/tags/list")), "NAME_UNKNOWN");
});

Deno.test("startFakeRegistry() takes a blob in one piece and gives it back, whole or in part", async () => {
  await using fake = startFakeRegistry();
  await push(fake);
  const path = `/v2/a/b/blobs/${HELLO_DIGEST}`;
  assert.equal((await ask(fake, "GET", path)).text, "hello");
  const head = await ask(fake, "HEAD", path);
  assert.deepEqual([head.headers.get("content-length"), head.headers.get("docker-content-digest")], [
    "5",
    HELLO_DIGEST,
  ]);
  const part = await ask(fake, "GET", path, { headers: { range: "bytes=1-2" } });
  assert.deepEqual([part.status, part.text, part.headers.get("content-range")], [206, "el", "bytes 1-2/5"]);
  assert.equal((await ask(fake, "GET", path, { headers: { range: "bytes=3-" } })).text, "lo");
  assert.equal((await ask(fake, "GET", path, { headers: { range: "bytes=9-" } })).status, 416);
  assert.equal((await ask(fake, "DELETE", path)).status, 202);
  assert.equal((await ask(fake, "HEAD", path)).status, 404);
});

Deno.test("startFakeRegistry() takes a blob in chunks, in order only, and says how much it has", async () => {
  await using fake = startFakeRegistry();
  const first = await begin(fake);
  const chunk = (location: string, range: string, body: string): ReturnType<typeof ask> =>
    ask(fake, "PATCH", location, { body, headers: { "content-range": range } });
  const one = await chunk(first, "0-1", "he");
  assert.deepEqual([one.status, one.headers.get("range")], [202, "0-1"]);
  const gap = await chunk(one.headers.get("location") ?? "", "3-4", "lo");
  assert.deepEqual([gap.status, gap.headers.get("range")], [416, "0-1"]);
  assert.equal((await ask(fake, "GET", first)).headers.get("range"), "0-1");
  const two = await chunk(one.headers.get("location") ?? "", "2-4", "llo");
  const end = await ask(fake, "PUT", `${two.headers.get("location")}&digest=${HELLO_DIGEST}`);
  assert.equal(end.status, 201);
  assert.equal((await ask(fake, "GET", `/v2/a/b/blobs/${HELLO_DIGEST}`)).text, "hello");
});

Deno.test("startFakeRegistry() refuses a wrong digest, a changed query and a session that is over", async () => {
  await using fake = startFakeRegistry();
  const wrong = await ask(fake, "PUT", `${await begin(fake)}&digest=${HELLO_DIGEST}`, { body: "other" });
  assert.equal(codeOf(wrong), "DIGEST_INVALID");
  const location = new URL(await begin(fake));
  location.searchParams.append("digest", HELLO_DIGEST);
  assert.equal(codeOf(await ask(fake, "PUT", location.href, { body: HELLO })), "BLOB_UPLOAD_INVALID");
  const over = await begin(fake);
  assert.equal((await ask(fake, "DELETE", over)).status, 204);
  assert.equal(codeOf(await ask(fake, "GET", over)), "BLOB_UPLOAD_UNKNOWN");
});

Deno.test("startFakeRegistry() has the quirks that it is told to have", async () => {
  await using fake = startFakeRegistry({ singlePost: true, anonymousMount: true, chunkMinLength: 7, requestLimit: 5 });
  const single = await ask(fake, "POST", `/v2/a/b/blobs/uploads/?digest=${HELLO_DIGEST}`, { body: HELLO });
  assert.equal(single.status, 201);
  const mounted = await ask(fake, "POST", `/v2/c/blobs/uploads/?mount=${HELLO_DIGEST}`);
  assert.equal(mounted.status, 201);
  assert.equal((await ask(fake, "POST", `/v2/c/blobs/uploads/`)).headers.get("oci-chunk-min-length"), "7");
  assert.equal((await ask(fake, "PUT", `${await begin(fake)}&digest=x`, { body: "too large" })).status, 413);
});

Deno.test("startFakeRegistry() mounts from the repository that is named, if it has the blob", async () => {
  await using fake = startFakeRegistry();
  await push(fake);
  const mount = (from: string): ReturnType<typeof ask> =>
    ask(fake, "POST", `/v2/c/blobs/uploads/?mount=${HELLO_DIGEST}&from=${from}`);
  assert.equal((await mount("a/b")).status, 201);
  assert.equal((await mount("x")).status, 202);
  assert.ok(fake.repositories.get("c")?.blobs.has(HELLO_DIGEST));
});

Deno.test("startFakeRegistry() takes a manifest whose blobs are there", async () => {
  await using fake = startFakeRegistry();
  const body = manifestOf(HELLO_DIGEST);
  const missing = await put(fake, "latest", body);
  assert.equal(codeOf(missing), "MANIFEST_BLOB_UNKNOWN");
  assert.match(missing.text, new RegExp(HELLO_DIGEST));
  await push(fake);
  const digest = digestText(new TextEncoder().encode(body));
  assert.equal((await put(fake, "latest", body)).headers.get("docker-content-digest"), digest);
  assert.equal(codeOf(await put(fake, HELLO_DIGEST, body)), "DIGEST_INVALID");
  assert.equal(codeOf(await put(fake, "x", "not json")), "MANIFEST_INVALID");
  assert.equal((await put(fake, "x", " ".repeat(5 * 1024 * 1024))).status, 413);
  for (const reference of ["latest", digest]) {
    const got = await ask(fake, "GET", `/v2/a/b/manifests/${reference}`);
    assert.deepEqual([got.text, got.headers.get("content-type")], [body, MANIFEST_TYPE]);
  }
  assert.equal((await ask(fake, "DELETE", "/v2/a/b/manifests/latest")).status, 202);
  assert.equal((await ask(fake, "HEAD", "/v2/a/b/manifests/latest")).status, 404);
  assert.equal((await ask(fake, "HEAD", `/v2/a/b/manifests/${digest}`)).status, 200);
});

Deno.test("startFakeRegistry() sets several tags at once where it may", async () => {
  for (const multiTag of [false, true]) {
    await using fake = startFakeRegistry({ multiTag });
    const body = manifestOf();
    const answer = await put(fake, `${digestText(new TextEncoder().encode(body))}?tag=a&tag=b`, body);
    assert.equal(answer.headers.get("oci-tag"), multiTag ? "a, b" : null);
    assert.deepEqual([...fake.repositories.get("a/b")?.tags.keys() ?? []], multiTag ? ["a", "b"] : []);
  }
});

Deno.test("startFakeRegistry() lists tags in pages", async () => {
  await using fake = startFakeRegistry();
  for (const tag of ["c", "a", "b"]) await put(fake, tag, manifestOf());
  const first = await ask(fake, "GET", "/v2/a/b/tags/list?n=2");
  assert.deepEqual(JSON.parse(first.text).tags, ["a", "b"]);
  const next = /<(.*)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? assert.fail();
  const second = await ask(fake, "GET", next);
  assert.deepEqual([JSON.parse(second.text).tags, second.headers.get("link")], [["c"], null]);
});

Deno.test("startFakeRegistry() knows what refers to a manifest", async () => {
  await using fake = startFakeRegistry();
  const subject = digestText(new TextEncoder().encode(manifestOf()));
  const referrer = (artifactType: string): string => JSON.stringify({ artifactType, subject: { digest: subject } });
  assert.equal((await put(fake, "a", referrer("application/a"))).headers.get("oci-subject"), subject);
  await put(fake, "b", referrer("application/b"));
  const list = async (query: string): Promise<readonly string[]> => {
    const { text } = await ask(fake, "GET", `/v2/a/b/referrers/${subject}${query}`);
    return JSON.parse(text).manifests.map(({ artifactType }: { artifactType: string }) => artifactType);
  };
  assert.deepEqual(await list(""), ["application/a", "application/b"]);
  assert.deepEqual(await list("?artifactType=application/b"), ["application/b"]);
  await using without = startFakeRegistry({ referrers: false });
  await put(without, "a", manifestOf());
  assert.equal((await ask(without, "GET", `/v2/a/b/referrers/${subject}`)).status, 404);
});

Deno.test("startFakeRegistry() wants a name and a password", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: { ann: "secret" } } });
  const refused = await ask(fake, "GET", "/v2/");
  assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, 'Basic realm="fake, registry"']);
  const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${btoa(text)}` });
  assert.equal((await ask(fake, "GET", "/v2/", { headers: basic("ann:wrong") })).status, 401);
  assert.equal((await ask(fake, "GET", "/v2/", { headers: basic("ann:secret") })).status, 200);
});

Deno.test("startFakeRegistry() wants a token for what is done, and gives it to whom it may", async () => {
  await using fake = startFakeRegistry({
    auth: { mode: "bearer", users: { ann: "secret" }, anonymous: ["pull"], refreshTokens: ["r"], rotate: true },
  });
  const challenge = (await ask(fake, "POST", "/v2/a/blobs/uploads/")).headers.get("www-authenticate");
  assert.equal(challenge, `Bearer realm="${fake.origin}/token",service="fake",scope="repository:a:push"`);
  const tokenFor = async (headers: Record<string, string>): Promise<Record<string, string>> => {
    const { text } = await ask(fake, "GET", "/token?scope=repository:a:pull,push", { headers });
    return { authorization: `Bearer ${JSON.parse(text).token}` };
  };
  const anonymous = await tokenFor({});
  assert.equal((await ask(fake, "GET", "/v2/a/tags/list", { headers: anonymous })).status, 404);
  const insufficient = await ask(fake, "POST", "/v2/a/blobs/uploads/", { headers: anonymous });
  assert.match(insufficient.headers.get("www-authenticate") ?? "", /error="insufficient_scope"/);
  const ann = await tokenFor({ authorization: `Basic ${btoa("ann:secret")}` });
  assert.equal((await ask(fake, "POST", "/v2/a/blobs/uploads/", { headers: ann })).status, 202);
  fake.expireTokens();
  assert.equal((await ask(fake, "POST", "/v2/a/blobs/uploads/", { headers: ann })).status, 401);

  const refresh = (token: string): ReturnType<typeof ask> =>
    ask(fake, "POST", "/token", { body: `refresh_token=${token}` });
  assert.equal(JSON.parse((await refresh("r")).text).refresh_token, "r+");
  assert.equal((await refresh("r")).status, 401);
});

Deno.test("startFakeRegistry() cuts a request after so many bytes, which it keeps", async () => {
  await using fake = startFakeRegistry();
  fake.fault({ method: "PATCH", fault: { kind: "cut-request", after: 3 } });
  const location = await begin(fake);
  await assert.rejects(ask(fake, "PATCH", location, { body: HELLO }), TypeError);
  assert.equal((await ask(fake, "GET", location)).headers.get("range"), "0-2");
  assert.equal(fake.requests.find(({ method }) => method === "PATCH")?.bytes, 3);
});

Deno.test("startFakeRegistry() forgets a broken session when told so", async () => {
  for (const quirks of [{ forgetBroken: true }, { strictOffset: true }]) {
    await using fake = startFakeRegistry(quirks);
    fake.fault({ method: "PATCH", fault: { kind: "cut-request", after: 3 } });
    const location = await begin(fake);
    await assert.rejects(ask(fake, "PATCH", location, { body: HELLO }), TypeError);
    assert.equal((await ask(fake, "GET", location)).status, 404);
  }
});

Deno.test("startFakeRegistry() cuts an answer after so many bytes of its content", async () => {
  await using fake = startFakeRegistry();
  await push(fake);
  for (const after of [0, 1, 4]) {
    fake.fault({ path: /blobs\/sha256/, fault: { kind: "cut-response", after } });
    const answer = await fetch(`${fake.origin}/v2/a/b/blobs/${HELLO_DIGEST}`);
    const reader = (answer.body ?? assert.fail()).getReader();
    let got = 0;
    const reading = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) got += part.value.byteLength;
    })();
    await assert.rejects(reading, TypeError);
    assert.equal(got, after);
  }
});

Deno.test("startFakeRegistry() does the work and loses the answer", async () => {
  await using fake = startFakeRegistry();
  const location = await begin(fake);
  fake.fault({ method: "PUT", fault: { kind: "lose-answer" } });
  await assert.rejects(ask(fake, "PUT", `${location}&digest=${HELLO_DIGEST}`, { body: HELLO }), TypeError);
  assert.equal((await ask(fake, "HEAD", `/v2/a/b/blobs/${HELLO_DIGEST}`)).status, 200);
});

Deno.test("startFakeRegistry() stalls until the client gives up", async () => {
  await using fake = startFakeRegistry();
  fake.fault({ path: /^\/v2\/$/, fault: { kind: "stall", after: 0 } });
  const aborter = new AbortController();
  const asking = fetch(`${fake.origin}/v2/`, { signal: aborter.signal });
  await fake.stalled();
  aborter.abort();
  await assert.rejects(asking, { name: "AbortError" });
});

Deno.test("startFakeRegistry() answers as a rule says, as often and from when on it says", async () => {
  await using fake = startFakeRegistry();
  fake.fault({
    method: "GET",
    path: /^\/v2\/$/,
    skip: 1,
    times: 2,
    fault: { kind: "answer", answer: () => new Response("busy", { status: 503 }) },
  });
  fake.fault({ method: "GET", fault: { kind: "edit", edit: (answer) => new Response(answer.body, { status: 299 }) } });
  assert.equal(fake.unusedFaults.length, 2);
  const statuses: number[] = [];
  for (let at = 0; at < 5; at++) statuses.push((await ask(fake, "GET", "/v2/")).status);
  assert.deepEqual(statuses, [299, 503, 503, 200, 200]);
  assert.deepEqual(fake.unusedFaults, []);
});

Deno.test("startFakeRegistry() keeps a log that can be compared and forgotten", async () => {
  await using fake = startFakeRegistry();
  await push(fake);
  assert.deepEqual(fake.summary(), ["POST /v2/a/b/blobs/uploads/", "PUT /v2/a/b/blobs/uploads/SESSION"]);
  assert.deepEqual(fake.requests.map(({ status, bytes }) => [status, bytes]), [[202, 0], [201, 5]]);
  fake.clearLog();
  assert.deepEqual(fake.summary(), []);
});
