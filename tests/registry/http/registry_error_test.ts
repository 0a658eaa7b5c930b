import assert from "node:assert/strict";
import { readRegistryError, RegistryError } from "../../../src/registry/http/registry_error.ts";
import { ConnectionError } from "../../../src/registry/http/transport.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { testClient, testClock, testContext } from "../support.ts";

const REQUEST = {
  method: "PUT",
  url: new URL("https://user:secret@ghcr.io/v2/a/blobs?sig=secret&x=1#secret"),
} as const;
const WHERE = "PUT https://ghcr.io/v2/a/blobs?sig=…&x=…";

/** The error of an answer. */
function read(
  status: number,
  body: BodyInit | undefined,
  headers: Record<string, string> = {},
): Promise<RegistryError> {
  return readRegistryError("push sha256:9f86", REQUEST, new Response(body, { status, headers }));
}

function errors(...list: readonly unknown[]): string {
  return JSON.stringify({ errors: list });
}

type Case = readonly [name: string, status: number, body: string | undefined, said: string];

const CASES: readonly Case[] = [
  [
    "a report",
    403,
    errors({ code: "DENIED", message: "permission_denied: write_package" }),
    "DENIED (403), permission_denied: write_package",
  ],
  [
    "err/detail-shown",
    404,
    errors({ code: "BLOB_UNKNOWN", message: "blob unknown", detail: { digest: "sha256:1" } }),
    'BLOB_UNKNOWN (404), blob unknown, {"digest":"sha256:1"}',
  ],
  ["err/detail-shown, as text", 404, errors({ code: "A", detail: "why" }), "A (404), why"],
  ["an empty detail", 404, errors({ code: "A", message: "b", detail: {} }), "A (404), b"],
  ["two reports", 400, errors({ code: "A", message: "a" }, { code: "B", message: "b" }), "A (400), a; B, b"],
  [
    "err/html-body",
    502,
    "<html><head><title>502 Bad\nGateway</title></head><body><h1>x</h1>",
    "HTTP 502, 502 Bad Gateway",
  ],
  ["err/binary-body", 206, "PK\u0003\u0004\u0000\u0000", "HTTP 206"],
  ["err/html-body without a title", 502, "<p>down for <b>maintenance</b></p>", "HTTP 502, down for maintenance"],
  [
    "plain text",
    400,
    "Client sent an HTTP request to an HTTPS server.\n",
    "HTTP 400, Client sent an HTTP request to an HTTPS server.",
  ],
  ["err/empty-head-404", 404, undefined, "HTTP 404"],
  ["JSON of another form", 400, '{"message":"no"}', 'HTTP 400, {"message":"no"}'],
  ["errors that are no list", 400, '{"errors":"no"}', 'HTTP 400, {"errors":"no"}'],
  ["errors that are no objects", 400, '{"errors":[null,1]}', 'HTTP 400, {"errors":[null,1]}'],
  ["JSON that is null", 400, "null", "HTTP 400, null"],
  ["a code that is no text", 400, errors({ code: 7, message: ["x"] }), '7 (400), ["x"]'],
  ["control characters", 400, errors({ code: "A", message: "a\u001b[31mred\u0007\nb" }), "A (400), a [31mred b"],
];

for (const [name, status, body, said] of CASES) {
  Deno.test(`${name}: readRegistryError() says ${JSON.stringify(said)}`, async () => {
    const error = await read(status, body);
    assert.equal(error.message, `Cannot push sha256:9f86: ${said} (${WHERE})`);
    assert.equal(error.status, status);
  });
}

Deno.test("err/huge-body: no more of it is read than a message can use, and no more is shown", async () => {
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller): void {
      pulled++;
      controller.enqueue(new TextEncoder().encode("x".repeat(1024)));
    },
  });
  const error = await read(500, endless);
  assert.ok(error.message.length < 500);
  assert.ok(pulled < 20);
});

Deno.test("readRegistryError() keeps the request's name in the registry's logs, and when to come back", async () => {
  const error = await read(429, undefined, { "x-github-request-id": "AB:12", "retry-after": "120" });
  assert.equal(error.requestId, "AB:12");
  assert.equal(error.retryAfter, "120");
  assert.ok(error.message.endsWith(`(${WHERE}, request AB:12)`));
});

Deno.test("readRegistryError() survives a body that breaks off", async () => {
  const broken = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("half a")),
    pull: (controller) => controller.error(new Error("cut")),
  });
  assert.match((await read(500, broken)).message, /HTTP 500/);
});

Deno.test("RegistryError.has() knows the codes that were reported", async () => {
  const error = await read(400, errors({ code: "A" }, { code: "B" }));
  assert.deepEqual([error.has("B"), error.has("C", "A"), error.has("C")], [true, true, false]);
});

const STATUSES: readonly (readonly [status: number, code: string])[] = [
  [401, "UNAUTHORIZED"],
  [403, "DENIED"],
  [404, "NAME_UNKNOWN"],
];

for (const [status, code] of STATUSES) {
  Deno.test(`err/unauthorised-vs-denied-vs-notfound: ${status} can be told from the others, and is final`, async () => {
    await using fake = startFakeRegistry();
    using client = testClient(fake);
    fake.fault({ fault: { kind: "answer", answer: () => Response.json({ errors: [{ code }] }, { status }) } });
    const tags = Array.fromAsync(client.repository("acme/app").tags(testContext()));
    await assert.rejects(tags, (error) => {
      assert.ok(error instanceof RegistryError);
      assert.deepEqual([error.status, error.has(code)], [status, true]);
      assert.deepEqual([error.method, error.url], ["GET", `${fake.origin}/v2/acme/app/tags/list?n=…`]);
      return true;
    });
    assert.equal(fake.requests.length, 1);
  });
}

Deno.test("err/503-burst, err/499-522: a burst is ridden out", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  for (const status of [503, 503, 499, 522]) {
    fake.fault({ fault: { kind: "answer", answer: () => new Response(undefined, { status }) } });
  }
  assert.equal(await client.repository("acme/app").resolve("latest", testContext()), undefined);
  assert.equal(fake.requests.length, 5);
});

Deno.test("err/refused-then-up: a registry on another machine that starts late is waited for, and that is said", async () => {
  await using fake = startFakeRegistry();
  let requests = 0;
  using client = testClient(fake, {
    transport: async ({ url, method, signal }) => {
      if (requests++ < 2) {
        throw new ConnectionError("refused", "Cannot reach r.example: refused", { peer: "r.example" });
      }
      return await fetchOnce(url, method, signal);
    },
  });
  const context = testContext();
  assert.equal(await client.repository("acme/app").resolve("latest", context), undefined);
  assert.equal(requests, 3);
  assert.deepEqual(context.log.lines, [
    "warn Cannot reach r.example: refused; trying again in 0.5 s (2 of 6)",
    "warn Cannot reach r.example: refused; trying again in 1.0 s (3 of 6)",
  ]);
});

Deno.test("err/silent: who waits for an answer is told so after five seconds, once", async () => {
  const clock = testClock();
  const started = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<Response>();
  using client = testClient({ host: "r.example", origin: "http://r.example" }, {
    clock,
    transport: () => {
      started.resolve();
      return answered.promise.then((answer) => answer.clone());
    },
  });
  const context = testContext();
  const asking = ["a", "b"].map((tag) => client.repository("acme/app").resolve(tag, context));
  await started.promise;
  clock.advance(4999);
  assert.deepEqual(context.log.lines, []);
  clock.advance(1);
  assert.deepEqual(context.log.lines, ["warn r.example has not answered for 5 s: waiting"]);
  answered.resolve(new Response(undefined, { status: 404 }));
  assert.deepEqual(await Promise.all(asking), [undefined, undefined]);
  assert.equal(context.log.lines.length, 1);
});

Deno.test("err/refused: on this machine nobody is waited for", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  using client = testClient({ host, origin: `http://${host}` });
  const context = testContext();
  await assert.rejects(client.repository("acme/app").resolve("latest", context), {
    name: "ConnectionError",
    message: `Cannot reach ${host}: connection refused`,
  });
  assert.deepEqual(context.log.lines, []);
});

async function fetchOnce(url: URL, method: "GET" | "HEAD" | string, signal: AbortSignal): Promise<Response> {
  const { createFetchTransport } = await import("../../../src/registry/http/fetch_transport.ts");
  const transport = createFetchTransport({ env: () => undefined });
  try {
    const answer = await transport.send({
      method: method === "HEAD" ? "HEAD" : "GET",
      url,
      headers: {},
      trusted: true,
      signal,
    });
    await answer.body?.cancel();
    return new Response(undefined, { status: answer.status, headers: answer.headers });
  } finally {
    transport.close();
  }
}
