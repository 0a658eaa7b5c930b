import assert from "node:assert/strict";
import type { Credential } from "../../src/registry/login/credentials.ts";
import { HelperError } from "../../src/registry/login/credential_helper.ts";
import { RegistryError } from "../../src/registry/http/registry_error.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { sizedContent, testClient, testClock, testContext } from "./support.ts";

const ANN: Credential = { kind: "password", username: "ann", password: "s:ecret" };
const USERS = { ann: "s:ecret" };
const MIB = 1024 * 1024;

const asAnn = { credentials: () => Promise.resolve(ANN) };

function tokenRequests(fake: FakeRegistry): readonly string[] {
  return fake.requests.filter(({ path }) => path.startsWith("/token")).map(({ method, path }) => `${method} ${path}`);
}

/** Puts a blob into a fake registry without its API. */
async function fill(fake: FakeRegistry, size = 1000): Promise<ReturnType<typeof sizedContent>> {
  const content = sizedContent(size);
  const bytes = new Uint8Array(await new Response(content.open()).arrayBuffer());
  const { digest } = content.descriptor;
  fake.repositories.set("acme/app", {
    blobs: new Map([[digest, { digest, size, bytes }]]),
    manifests: new Map(),
    tags: new Map(),
    uploads: new Map(),
  });
  return content;
}

Deno.test("auth/anonymous-bearer: a token is asked for without credentials", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", anonymous: ["pull"] } });
  using client = testClient(fake);
  const content = await fill(fake);
  const bytes = await new Response(await client.repository("acme/app").fetch(content.descriptor, testContext()))
    .bytes();
  assert.equal(bytes.byteLength, 1000);
  assert.deepEqual(fake.requests.map(({ path, headers }) => [path.split("?")[0], headers.get("authorization")]), [
    [`/v2/acme/app/blobs/${content.descriptor.digest}`, null],
    ["/token", null],
    [`/v2/acme/app/blobs/${content.descriptor.digest}`, "Bearer fake-token-1"],
  ]);
});

Deno.test("auth/basic-only: credentials go out after the challenge, and from then on", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  let asked = 0;
  using client = testClient(fake, { credentials: () => (asked++, Promise.resolve(ANN)) });
  const repository = client.repository("acme/app", "push");
  await repository.pushBlob(sizedContent(1000), testContext());
  const expected = `Basic ${btoa("ann:s:ecret")}`;
  const sent = fake.requests.map(({ headers }) => headers.get("authorization"));
  assert.deepEqual(sent, [null, ...sent.slice(1).map(() => expected)]);
  assert.ok(sent.length > 3);
  assert.equal(asked, 1);
});

Deno.test("auth/basic-only: what is refused is not sent again", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: { ann: "other" } } });
  using client = testClient(fake, asAnn);
  const asking = client.repository("acme/app").exists(sizedContent(1).descriptor, testContext());
  await assert.rejects(asking, (error) => error instanceof RegistryError && error.status === 401);
  assert.equal(fake.requests.length, 2);
});

Deno.test("auth/basic-only: without credentials the first answer is the last", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  using client = testClient(fake);
  await assert.rejects(client.repository("acme/app").exists(sizedContent(1).descriptor, testContext()), /401/);
  assert.equal(fake.requests.length, 1);
});

Deno.test("auth/multi-challenge-joined: the one that can be answered is answered", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  fake.fault({
    fault: {
      kind: "edit",
      edit: (answer) => {
        const headers = new Headers(answer.headers);
        const bearer = headers.get("www-authenticate") ?? "";
        headers.delete("www-authenticate");
        headers.append("www-authenticate", "Negotiate");
        headers.append("www-authenticate", `Basic realm="a, b"`);
        headers.append("www-authenticate", bearer.replace("realm", "REALM"));
        return new Response(answer.body, { status: answer.status, headers });
      },
    },
  });
  assert.equal(await client.repository("acme/app").resolve("latest", testContext()), undefined);
  assert.equal(tokenRequests(fake).length, 1);
});

Deno.test("auth/scope-union-mount: one token is for both repositories", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  const content = await fill(fake);
  const pushed = await client.repository("acme/copy", "push").pushBlob(content, testContext(), {
    mountFrom: "acme/app",
  });
  assert.deepEqual(pushed, { existed: true, bytesSent: 0 });
  const scopes = tokenRequests(fake).map((line) => new URL(line.slice(4), fake.origin).searchParams.getAll("scope"));
  assert.deepEqual(scopes.at(-1), ["repository:acme/copy:pull,push", "repository:acme/app:pull"]);
});

Deno.test("auth/first-scope-only-server: the first scope is the one that matters", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS, firstScopeOnly: true } });
  using client = testClient(fake, asAnn);
  const content = await fill(fake);
  await client.repository("acme/copy", "push").pushBlob(content, testContext(), { mountFrom: "acme/app" });
  assert.ok(fake.repositories.get("acme/copy")?.blobs.has(content.descriptor.digest));
});

Deno.test("auth/single-flight: fifty requests at once ask for one token", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  const repository = client.repository("acme/app");
  const context = testContext();
  await Promise.all(Array.from({ length: 50 }, (_, at) => repository.resolve(`v${at}`, context)));
  assert.equal(tokenRequests(fake).length, 1);
});

Deno.test("auth/single-flight: a caller that gives up does not take the token from the others", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  fake.fault({ path: /^\/token/, fault: { kind: "stall", after: 0 } });
  const aborter = new AbortController();
  const repository = client.repository("acme/app");
  const impatient = repository.resolve("a", testContext(aborter.signal));
  await fake.stalled();
  const patient = repository.resolve("b", testContext());
  aborter.abort(new Error("interrupted"));
  await assert.rejects(impatient, /interrupted/);
  // The second one waits for the token that the first one asked for, until nobody wants anything any more.
  client.close();
  await assert.rejects(patient, /was closed/);
  assert.equal(tokenRequests(fake).length, 1);
});

Deno.test("auth/token-expiry-mid-upload: a token is renewed before it is too old, and chunks that are done stay", async () => {
  await using fake = startFakeRegistry({
    auth: { mode: "bearer", users: USERS, expiresIn: 60 },
    requestLimit: MIB,
  });
  const clock = testClock();
  using client = testClient(fake, { ...asAnn, clock });
  const content = sizedContent(4 * MIB);
  await client.repository("acme/app", "push").pushBlob(content, {
    ...testContext(),
    // A minute for each chunk.
    progress: ({ done }) => done % MIB === 0 && clock.advance(58_000),
  });
  assert.equal(fake.repositories.get("acme/app")?.blobs.size, 1);
  assert.ok(tokenRequests(fake).length >= 4);
  const refused = fake.requests.filter(({ status }) => status === 401);
  assert.equal(refused.length, 1);
});

for (const [lifetime, good] of [[60, 54], [300, 290]] as const) {
  Deno.test(`auth/token-renewal: a token of ${lifetime} s is good for ${good} s`, async () => {
    await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS, expiresIn: lifetime } });
    const clock = testClock();
    using client = testClient(fake, { ...asAnn, clock });
    const repository = client.repository("acme/app");
    await repository.resolve("latest", testContext());
    clock.advance(good * 1000 - 1);
    await repository.resolve("latest", testContext());
    assert.equal(tokenRequests(fake).length, 1);
    clock.advance(1);
    await repository.resolve("latest", testContext());
    assert.equal(tokenRequests(fake).length, 2);
    assert.equal(fake.requests.filter(({ status }) => status === 401).length, 1);
  });
}

Deno.test("auth/token-expiry-mid-upload: a token that the server forgot is replaced, the session goes on", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS }, requestLimit: MIB });
  using client = testClient(fake, asAnn);
  const content = sizedContent(4 * MIB);
  let expired = 0;
  await client.repository("acme/app", "push").pushBlob(content, {
    ...testContext(),
    progress({ done }): void {
      if (done !== 2 * MIB || expired++ > 0) return;
      fake.expireTokens();
    },
  });
  assert.equal(fake.repositories.get("acme/app")?.blobs.size, 1);
  // 4 MiB, and one chunk that was refused because it was one too many bytes for one request at first.
  const sent = fake.requests.filter(({ status }) => status === 202).reduce((sum, { bytes }) => sum + bytes, 0);
  assert.equal(sent, 4 * MIB);
});

Deno.test("auth/helper: a registry that refuses is told apart from a helper that gave nothing", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  const problem = "Cannot ask docker-credential-x: it ended with 1";
  using client = testClient(fake, { credentials: () => Promise.reject(new HelperError(problem)) });
  await assert.rejects(client.repository("acme/app").resolve("latest", testContext()), (error) => {
    assert.ok(error instanceof RegistryError);
    assert.deepEqual([error.status, error.helperProblem], [401, problem]);
    assert.match(error.message, /^Cannot .*acme\/app.* \(401\).*, without credentials: Cannot ask docker-credential-x/);
    return true;
  });
});

const IDENTITY: Credential = { kind: "identity-token", token: "refresh-me" };

Deno.test("auth/identity-token-oauth2: a refresh token goes out by POST", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", refreshTokens: ["refresh-me"] } });
  using client = testClient(fake, { credentials: () => Promise.resolve(IDENTITY) });
  assert.equal(await client.repository("acme/app").resolve("latest", testContext()), undefined);
  assert.deepEqual(tokenRequests(fake), ["POST /token"]);
});

Deno.test("auth/identity-token-oauth2-404-fallback: a server without OAuth2 is asked by GET", async () => {
  for (const status of [404, 405]) {
    await using fake = startFakeRegistry({ auth: { mode: "bearer", users: { "<token>": "refresh-me" } } });
    using client = testClient(fake, { credentials: () => Promise.resolve(IDENTITY) });
    fake.fault({ method: "POST", fault: { kind: "answer", answer: () => new Response(undefined, { status }) } });
    assert.equal(await client.repository("acme/app").resolve("latest", testContext()), undefined);
    assert.deepEqual(tokenRequests(fake).map((line) => line.split("?")[0]), ["POST /token", "GET /token"]);
  }
});

Deno.test("auth/oauth2-get-404-fallback: a server without GET is asked by POST", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  fake.fault({ path: /^\/token/, fault: { kind: "answer", answer: () => new Response(undefined, { status: 405 }) } });
  const grant = { kind: "answer", answer: () => Response.json({ access_token: "granted" }) } as const;
  fake.fault({ method: "POST", path: /^\/token/, fault: grant });
  // The fake registry does not know the token, so it is asked for a better one.
  assert.equal(await client.repository("acme/app").exists(sizedContent(1).descriptor, testContext()), false);
  assert.deepEqual(tokenRequests(fake).slice(0, 2).map((line) => line.split("?")[0]), ["GET /token", "POST /token"]);
  assert.ok(fake.requests.some(({ headers }) => headers.get("authorization") === "Bearer granted"));
});

Deno.test("auth/refresh-token-rotation: a refresh token that is refused gives way to what it was given for", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  const first = Response.json({ access_token: "first", refresh_token: "short-lived" });
  fake.fault({ path: /^\/token/, fault: { kind: "answer", answer: () => first } });
  fake.fault({
    method: "POST",
    path: /^\/token/,
    fault: { kind: "answer", answer: () => new Response("", { status: 401 }) },
  });
  assert.equal(await client.repository("acme/app").exists(sizedContent(1).descriptor, testContext()), false);
  assert.deepEqual(tokenRequests(fake).map((line) => line.split("?")[0]), ["GET /token", "POST /token", "GET /token"]);
});

for (const status of [429, 500]) {
  Deno.test(`auth/refresh-token-rotation: a refresh token is not given up for ${status}`, async () => {
    await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
    using client = testClient(fake, { ...asAnn, retry: { retries: 0, budget: 0 } });
    const first = Response.json({ access_token: "first", refresh_token: "long-lived" });
    fake.fault({ path: /^\/token/, fault: { kind: "answer", answer: () => first } });
    fake.fault({
      method: "POST",
      path: /^\/token/,
      fault: { kind: "answer", answer: () => new Response("", { status }) },
    });
    const asking = client.repository("acme/app").exists(sizedContent(1).descriptor, testContext());
    await assert.rejects(asking, (error) => error instanceof RegistryError && error.status === status);
    assert.deepEqual(tokenRequests(fake).map((line) => line.split("?")[0]), ["GET /token", "POST /token"]);
  });
}

Deno.test("auth/refresh-token-rotation: the new refresh token is shown next time", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", refreshTokens: ["refresh-me"], rotate: true } });
  using client = testClient(fake, { credentials: () => Promise.resolve(IDENTITY) });
  const repository = client.repository("acme/app");
  for (let round = 0; round < 3; round++) {
    assert.equal(await repository.resolve("latest", testContext()), undefined);
    fake.expireTokens();
  }
  assert.equal(tokenRequests(fake).length, 3);
});

Deno.test("auth/realm-downgrade, auth/realm-metadata-ip: no credentials and no request go to a realm that is refused", async () => {
  await using fake = startFakeRegistry({
    auth: { mode: "bearer", users: USERS, realm: "https://169.254.169.254/token" },
  });
  using client = testClient(fake, asAnn);
  await assert.rejects(
    client.repository("acme/app").resolve("latest", testContext()),
    /Cannot use the realm https:\/\/169\.254\.169\.254\/token of 127\.0\.0\.1:[0-9]+: no registry is at such an address/,
  );
});

Deno.test("auth/realm-same-private-host-ok: a token server on another port of the same host is used", async () => {
  await using tokens = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS, realm: `${tokens.origin}/token` } });
  using client = testClient(fake, asAnn);
  // The two do not share their tokens, so the registry refuses it in the end.
  await assert.rejects(client.repository("acme/app").resolve("latest", testContext()), /401/);
  assert.equal(tokens.requests[0]?.headers.get("authorization"), `Basic ${btoa("ann:s:ecret")}`);
});

Deno.test("auth/redirect-strips: another port gets no Authorization, the same origin keeps it", async () => {
  await using cdn = startFakeRegistry();
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  using client = testClient(fake, asAnn);
  const content = await fill(cdn);
  const path = `/v2/acme/app/blobs/${content.descriptor.digest}`;
  const redirect = (status: number, location: string) =>
    ({ kind: "answer", answer: () => new Response(undefined, { status, headers: { location } }) }) as const;
  fake.fault({ path: /blobs/, skip: 1, fault: redirect(307, `${path}?again`) });
  fake.fault({ path: /again/, fault: redirect(302, `${cdn.origin}${path}?signature=secret`) });
  const bytes = await new Response(await client.repository("acme/app").fetch(content.descriptor, testContext()))
    .bytes();
  assert.equal(bytes.byteLength, 1000);
  const basic = `Basic ${btoa("ann:s:ecret")}`;
  assert.deepEqual(fake.requests.map(({ headers }) => headers.get("authorization")), [null, basic, basic]);
  const [there] = cdn.requests;
  assert.deepEqual([there?.headers.get("authorization"), there?.headers.get("cookie")], [null, null]);
  assert.deepEqual(fake.unusedFaults, []);
});

Deno.test("a redirect of any kind leads to content, and 303 does not lead an upload astray", async () => {
  await using cdn = startFakeRegistry();
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const { descriptor } = await fill(cdn);
  const location = `${cdn.origin}/v2/acme/app/blobs/${descriptor.digest}`;
  const redirect = (status: number) => ({
    times: 2,
    fault: { kind: "answer", answer: () => new Response(undefined, { status, headers: { location } }) },
  } as const);
  for (const status of [301, 302, 303, 307, 308]) {
    fake.fault(redirect(status));
    const repository = client.repository("acme/app");
    assert.equal(await repository.exists(descriptor, testContext()), true);
    const bytes = await new Response(await repository.fetch(descriptor, testContext())).bytes();
    assert.equal(bytes.byteLength, 1000);
  }
  fake.fault({ method: "POST", ...redirect(303) });
  await assert.rejects(client.repository("acme/app").pushBlob(sizedContent(10_000), testContext()), { status: 303 });
});

Deno.test("auth/redirect-strips: a redirect that never ends, does", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const answer = (url: URL): Response => new Response(undefined, { status: 307, headers: { location: url.pathname } });
  fake.fault({ times: Infinity, fault: { kind: "answer", answer } });
  await assert.rejects(client.repository("acme/app").resolve("latest", testContext()), /too many redirects/);
});

Deno.test("auth/challenge-from-redirect-target: a 401 from elsewhere gets no credentials", async () => {
  await using cdn = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  await using fake = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  using client = testClient(fake, asAnn);
  const content = await fill(cdn);
  const location = `${cdn.origin}/v2/acme/app/blobs/${content.descriptor.digest}`;
  fake.fault({
    path: /blobs/,
    skip: 1,
    fault: { kind: "answer", answer: () => new Response(undefined, { status: 307, headers: { location } }) },
  });
  await assert.rejects(client.repository("acme/app").fetch(content.descriptor, testContext()), {
    name: "RegistryError",
    status: 401,
    isElsewhere: true,
  });
  assert.deepEqual(cdn.requests.map(({ headers }) => headers.get("authorization")), [null]);
});

Deno.test("auth/registry-token: a token from a file goes to the registry as it is", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer" } });
  using client = testClient(fake, { credentials: () => Promise.resolve({ kind: "registry-token", token: "mine" }) });
  await assert.rejects(client.repository("acme/app").exists(sizedContent(1).descriptor, testContext()), /401/);
  assert.deepEqual(fake.requests.map(({ headers }) => headers.get("authorization")), [null, "Bearer mine"]);
});

Deno.test("err/token-redacted: no message and no log line holds a credential", async () => {
  await using fake = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  using client = testClient(fake, asAnn);
  const context = testContext();
  fake.fault({
    path: /\/token/,
    times: 2,
    fault: { kind: "answer", answer: () => new Response("busy", { status: 503 }) },
  });
  fake.fault({
    path: /manifests/,
    skip: 1,
    times: Infinity,
    fault: { kind: "answer", answer: () => new Response("no", { status: 500 }) },
  });
  const error = await client.repository("acme/app").resolve("latest", context).catch((error) => error);
  assert.ok(error instanceof RegistryError);
  const said = [error.message, JSON.stringify(error), ...context.log.lines].join("\n");
  assert.ok(context.log.lines.length > 2);
  assert.doesNotMatch(said, /s:ecret|fake-token|Basic |Bearer /);
});

Deno.test("err/token-redacted: the signature of a redirect is in no message", async () => {
  await using cdn = startFakeRegistry();
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const location = `${cdn.origin}/blob?X-Signature=secret&expires=1`;
  const redirect = (): Response => new Response(undefined, { status: 307, headers: { location } });
  fake.fault({ fault: { kind: "answer", answer: redirect } });
  cdn.fault({ fault: { kind: "answer", answer: () => new Response("expired", { status: 403 }) } });
  await assert.rejects(client.repository("acme/app").fetch(sizedContent(1).descriptor, testContext()), {
    message: new RegExp(`HTTP 403, expired \\(GET ${cdn.origin}/blob\\?X-Signature=…&expires=…\\)$`),
  });
});
