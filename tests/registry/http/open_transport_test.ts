import assert from "node:assert/strict";
import { createNodeTransport } from "../../../src/registry/http/node_transport.ts";
import { openTransport, type TransportOptions } from "../../../src/registry/http/open_transport.ts";
import { ConnectionError, type OpenTransport, type TransportRequest } from "../../../src/registry/http/transport.ts";
import { type Certificate, makeCertificate } from "../../support/network/certificates.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { sizedContent, testClient, testContext } from "../support.ts";

const HOSTS = ["127.0.0.1", "localhost"];
/** What only Deno 2.9 and newer can do. */
const isNodeReliable = Number(Deno.version.deno.split(".")[1]) >= 9;

/** Declares a test of what newer versions of Deno can do. The oldest has a test of its own: that it says it cannot. */
function newTest(name: string, fn: () => Promise<void>): void {
  if (isNodeReliable) Deno.test(name, fn);
}

const authority = await makeCertificate({ name: "test authority", authority: true });
const server = await makeCertificate({ name: "registry", issuer: authority, hosts: HOSTS });

function startTls(tls: Certificate): FakeRegistry {
  return startFakeRegistry({ tls: { cert: tls.cert, key: tls.key } });
}

/** The problem of a registry that cannot be reached. */
async function problemOf(options: TransportOptions, path = "/v2/"): Promise<string> {
  const transport = openTransport(options);
  try {
    const answer = await transport.send(get(new URL(path, `https://${options.host}`)));
    await answer.body?.cancel();
    return `HTTP ${answer.status}`;
  } catch (error) {
    assert.ok(error instanceof ConnectionError, String(error));
    return error.problem;
  } finally {
    transport.close();
  }
}

function get(url: URL): TransportRequest {
  return { method: "GET", url, headers: {}, trusted: true, signal: new AbortController().signal };
}

Deno.test("openTransport() trusts an authority that it is given, and no other one", async () => {
  await using fake = startTls(server);
  assert.equal(await problemOf({ host: fake.host, caCerts: [authority.cert] }), "HTTP 200");
  assert.equal(await problemOf({ host: fake.host }), "certificate");
});

Deno.test("err/tls-expired: a certificate that has run out is not tried again", async () => {
  const notAfter = new Date(Date.now() - 1000);
  await using fake = startTls(await makeCertificate({ name: "old", issuer: authority, hosts: HOSTS, notAfter }));
  assert.equal(await problemOf({ host: fake.host, caCerts: [authority.cert] }), "certificate-expired");
  using client = testClient({ host: fake.host, origin: "https://" }, { tls: { caCerts: [authority.cert] } });
  const context = testContext();
  const expired = /: its certificate has expired, /;
  await assert.rejects(client.repository("a").resolve("latest", context), expired);
  assert.deepEqual(context.log.lines, []);
});

Deno.test("openTransport() refuses a certificate for another host", async () => {
  await using fake = startTls(await makeCertificate({ name: "x", issuer: authority, hosts: ["registry.example"] }));
  assert.equal(await problemOf({ host: fake.host, caCerts: [authority.cert] }), "certificate-host");
});

newTest("openTransport() takes a certificate that is its own authority, when it is named", async () => {
  const self = await makeCertificate({ name: "self", authority: true, hosts: HOSTS });
  await using fake = startTls(self);
  assert.equal(await problemOf({ host: fake.host, caCerts: [self.cert] }), "HTTP 200");
  assert.equal(await problemOf({ host: fake.host, caCerts: [authority.cert] }), "certificate");
  assert.equal(await problemOf({ host: fake.host }), "certificate");
});

newTest("openTransport() checks no certificate of the registry's host when told so", async () => {
  await using fake = startTls(server);
  assert.equal(await problemOf({ host: fake.host, insecure: true }), "HTTP 200");
  const port = fake.host.split(":")[1];
  const transport = openTransport({ host: "registry.example", insecure: true });
  const elsewhere = transport.send({ ...get(new URL(`https://127.0.0.1:${port}/v2/`)), trusted: false });
  await assert.rejects(elsewhere, /certificate is not trusted/);
  transport.close();
});

if (!isNodeReliable) {
  Deno.test("openTransport() says that an old Deno cannot skip the check", () => {
    assert.throws(() => openTransport({ host: "a", insecure: true }), /that needs Deno 2\.9 or newer/);
  });
}

/** Ports that browsers may not reach, and with them fetch. */
const BLOCKED_PORTS = [6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080];

Deno.test("openTransport() reaches ports that fetch may not", async () => {
  const server = BLOCKED_PORTS.map((port) => {
    try {
      return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
        return new Response(String((await request.bytes()).byteLength));
      });
    } catch {
      // Somebody else has it.
      return undefined;
    }
  });
  const [found] = server.filter((one) => one !== undefined);
  assert.ok(found);
  const host = `127.0.0.1:${found.addr.port}`;
  const transport = openTransport({ host });
  try {
    const content = sizedContent(100_000);
    for (let round = 0; round < 2; round++) {
      const body = { size: 100_000, open: () => content.open() };
      const answer = await transport.send({ ...get(new URL(`http://${host}/`)), method: "PUT", body });
      assert.equal(await answer.text(), "100000");
    }
  } finally {
    transport.close();
    await Promise.all(server.map((one) => one?.shutdown()));
  }
});

Deno.test("openTransport() says which text is not PEM", () => {
  assert.throws(() => openTransport({ host: "a", clientCertificate: { cert: "x", key: "y" } }), {
    message: /^Cannot use the client certificate: /,
  });
});

const TRANSPORTS: readonly (readonly [
  name: string,
  declare: typeof newTest,
  open: (host: string) => OpenTransport,
])[] = [
  ["fetch", Deno.test, (host) => openTransport({ host })],
  ["node:http", newTest, () => createNodeTransport()],
];

for (const [name, declare, open] of TRANSPORTS) {
  const test = (what: string, fn: (fake: FakeRegistry, transport: OpenTransport) => Promise<void>): void => {
    declare(`Transport over ${name} ${what}`, async () => {
      await using fake = startFakeRegistry({ singlePost: true });
      const transport = open(fake.host);
      try {
        await fn(fake, transport);
      } finally {
        transport.close();
      }
    });
  };

  const upload = (
    fake: FakeRegistry,
    size: number,
  ): TransportRequest & { readonly content: ReturnType<typeof sizedContent> } => {
    const content = sizedContent(size);
    const body = { size, open: () => content.open() };
    return { ...get(new URL(`${fake.origin}/v2/acme/app/blobs/uploads/?digest=x`)), method: "POST", body, content };
  };

  test("sends a body with its length", async (fake, { send }) => {
    for (const size of [0, 5, 1_000_000]) {
      const request = upload(fake, size);
      const answer = await send(request);
      await answer.body?.cancel();
      const { headers } = fake.requests.at(-1) ?? assert.fail();
      assert.deepEqual([headers.get("content-length"), headers.get("transfer-encoding")], [String(size), null]);
      assert.equal(request.content.held, 0);
    }
    const bare = await send({ ...get(new URL(`${fake.origin}/v2/a/blobs/uploads/`)), method: "POST" });
    await bare.body?.cancel();
    assert.equal(bare.status, 202);
    assert.equal(fake.requests.at(-1)?.headers.get("content-length"), "0");
  });

  test("follows no redirect and joins challenges", async (fake, { send }) => {
    const headers = [["location", "/elsewhere"], ["www-authenticate", "Negotiate"], [
      "www-authenticate",
      "Basic",
    ]] as const;
    fake.fault({
      fault: {
        kind: "answer",
        answer: () =>
          new Response(undefined, { status: 307, headers: [...headers].map(([key, value]) => [key, value]) }),
      },
    });
    const answer = await send(get(new URL(`${fake.origin}/v2/`)));
    await answer.body?.cancel();
    assert.equal(answer.status, 307);
    assert.equal(answer.headers.get("www-authenticate"), "Negotiate, Basic");
    assert.equal(fake.requests.length, 1);
  });

  test("gives bytes as they are, whatever the registry says of their encoding", async (fake, { send }) => {
    const answer = (): Response => new Response("raw", { headers: { "content-encoding": "gzip" } });
    fake.fault({ fault: { kind: "answer", answer } });
    const read = send(get(new URL(`${fake.origin}/v2/`))).then((answer) => answer.text());
    // An old Deno decodes whatever it is told not to; the error keeps it from being taken for the bytes.
    if (isNodeReliable) assert.equal(await read, "raw");
    else await assert.rejects(read, ConnectionError);
  });

  test("gives an early answer and lets the source go", async (fake, { send }) => {
    fake.fault({ fault: { kind: "answer", answer: () => new Response("slow down", { status: 429 }) } });
    const request = upload(fake, 20_000_000);
    const answer = await send(request);
    assert.deepEqual([answer.status, await answer.text()], [429, "slow down"]);
    assert.equal(request.content.held, 0);
  });

  test("lets the source go when the one who answered early holds the connection", async (_fake, { send }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(1000));
      const answer = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 4\r\n\r\nslow";
      await connection.write(new TextEncoder().encode(answer));
      return connection;
    })();
    const content = sizedContent(20_000_000);
    const url = new URL(`http://127.0.0.1:${listener.addr.port}/`);
    const body = { size: 20_000_000, open: () => content.open() };
    const answer = await send({ ...get(url), method: "PUT", body });
    assert.deepEqual([answer.status, await answer.text()], [429, "slow"]);
    assert.equal(content.held, 0);
    (await serving).close();
    listener.close();
  });

  test("says that a connection broke, before and in the middle of an answer", async (fake, { send }) => {
    fake.fault({ fault: { kind: "cut-request", after: 1000 } });
    const request = upload(fake, 5_000_000);
    await assert.rejects(send(request), (error) => error instanceof ConnectionError && error.problem === "reset");
    assert.equal(request.content.held, 0);

    fake.fault({ fault: { kind: "cut-response", after: 1 } });
    const reading = send(get(new URL(`${fake.origin}/v2/`))).then((answer) => answer.text());
    await assert.rejects(reading, (error) => error instanceof ConnectionError && error.problem === "reset");
  });

  test("says that nobody listens", async (fake, { send }) => {
    await fake.close();
    await assert.rejects(send(get(new URL(`${fake.origin}/v2/`))), (error) => {
      return error instanceof ConnectionError && ["refused", "reset"].includes(error.problem);
    });
  });

  test("says that a server of TLS does not answer HTTP", async (_fake, { send }) => {
    await using tls = startTls(server);
    await assert.rejects(send(get(new URL(`http://${tls.host}/v2/`))), (error) => {
      return error instanceof ConnectionError && error.problem === "not-http";
    });
  });

  test("refuses a status that HTTP does not have", async (_fake, { send }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(1000));
      await connection.write(new TextEncoder().encode("HTTP/1.1 999 Denied\r\ncontent-length: 2\r\n\r\nno"));
      return connection;
    })();
    const url = new URL(`http://127.0.0.1:${listener.addr.port}/`);
    await assert.rejects(send(get(url)), (error) => {
      return error instanceof ConnectionError && error.problem === "not-http";
    });
    (await serving).close();
    listener.close();
  });

  test("says that a host has no TLS, and that it is not known", async (fake, { send }) => {
    const problem = async (url: string): Promise<string> => {
      const error = await send(get(new URL(url))).catch((error) => error);
      return error instanceof ConnectionError ? error.problem : String(error);
    };
    assert.equal(await problem(`https://${fake.host}/v2/`), "tls");
    assert.equal(await problem("http://does-not-exist.invalid/v2/"), "unknown-host");
  });

  test("ends at once when it is aborted", async (fake, { send }) => {
    fake.fault({ fault: { kind: "stall", after: 1000 } });
    const aborter = new AbortController();
    const request = upload(fake, 20_000_000);
    const sending = send({ ...request, signal: aborter.signal });
    await fake.stalled();
    const reason = new Error("interrupted");
    aborter.abort(reason);
    await assert.rejects(sending, reason);
    assert.equal(request.content.held, 0);
    await assert.rejects(send({ ...get(new URL(fake.origin)), signal: aborter.signal }), reason);
  });

  test("passes on why a source cannot be read", async (fake, { send }) => {
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
      new ReadableStream({ pull: (controller) => controller.error(new Error("unreadable")) });
    await assert.rejects(send({ ...upload(fake, 10), body: { size: 10, open } }), /^Error: unreadable$/);
  });
}

newTest("createNodeTransport() ends the connection when an answer is let go before its end", async () => {
  const gone = Promise.withResolvers<void>();
  const endless = (): Response =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1000)),
        cancel: () => gone.resolve(),
      }),
    );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, endless);
  const transport = createNodeTransport();
  const answer = await transport.send(get(new URL(`http://127.0.0.1:${server.addr.port}/`)));
  await answer.body?.cancel();
  await gone.promise;
  transport.close();
  await server.shutdown();
});
