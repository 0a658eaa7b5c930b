import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makeCertificate } from "../support/network/certificates.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";

/** A proxy that leads to one place, whatever it is asked for. */
interface Proxy extends AsyncDisposable {
  readonly host: string;
  /** The first line of each connection, and whether it came with a password. */
  readonly asked: readonly string[];
}

function startProxy(leadsTo: string): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const running = new Set<Promise<void>>();
  const [hostname = "", port] = leadsTo.split(":");

  async function relay(client: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    const first = buffer.subarray(0, await client.read(buffer) ?? 0);
    const head = new TextDecoder().decode(first);
    const [line = ""] = head.split("\r\n");
    asked.push(/^proxy-authorization: Basic /im.test(head) ? `${line} with a password` : line);
    const server = await Deno.connect({ hostname, port: Number(port) });
    if (line.startsWith("CONNECT ")) await client.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    else await server.write(first);
    await Promise.allSettled([client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
  }

  const accepting = (async () => {
    for await (const client of listener) {
      const connection = relay(client).catch(() => {}).finally(() => running.delete(connection));
      running.add(connection);
    }
  })();
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    asked,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await accepting;
      await Promise.all(running);
    },
  };
}

/** Pushes a blob to `registry.example`. */
async function push(env: Readonly<Record<string, string>>, options: object): Promise<string> {
  return await run(
    `
    import { createRegistryClient } from ${JSON.stringify(import.meta.resolve("../../src/registry/client.ts"))};
    import { bytesContent } from ${JSON.stringify(import.meta.resolve("../../src/oci/bytes_content.ts"))};
    const client = createRegistryClient({ host: "registry.example", ...${JSON.stringify(options)} });
    const log = { debug() {}, info() {}, warn() {} };
    const call = { signal: new AbortController().signal, log, progress() {} };
    const blob = bytesContent("text/plain", new Uint8Array(300_000));
    try {
      const { bytesSent } = await client.repository("acme/app", "push").pushBlob(blob, call);
      console.log("sent", bytesSent);
    } catch (error) {
      console.log(error.name, error.problem, error.message);
    }
    client.close();
  `,
    env,
  );
}

/** Asks a service at `fulcio.example`. */
async function ask(env: Readonly<Record<string, string>>, options: object): Promise<string> {
  return await run(
    `
    import { createWebClient } from ${JSON.stringify(import.meta.resolve("../../src/registry/web_client.ts"))};
    const client = createWebClient(${JSON.stringify(options)});
    const log = { debug() {}, info() {}, warn() {} };
    const call = { signal: new AbortController().signal, log, progress() {} };
    const url = new URL("https://fulcio.example/");
    const request = { action: "ask", method: "POST", url, headers: {}, body: new Uint8Array(3), expect: [200] };
    try {
      const { bytes } = await client.ask(request, call);
      console.log(new TextDecoder().decode(bytes));
    } catch (error) {
      console.log(error.name, error.problem, error.message);
    }
    client.close();
  `,
    env,
  );
}

/** Runs a program in a process of its own: proxies are read from the environment at its start. */
async function run(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const config = fileURLToPath(import.meta.resolve("../../deno.json"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--config", config, "--allow-net", "--allow-env", "-"],
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  await new Blob([script]).stream().pipeTo(child.stdin);
  return new TextDecoder().decode((await child.output()).stdout).trim();
}

Deno.test("transport/proxy: HTTP goes through HTTP_PROXY, with its password and with a length", async () => {
  await using fake = startFakeRegistry();
  await using proxy = startProxy(fake.host);
  const env = { HTTP_PROXY: `http://ann:secret@${proxy.host}`, NO_PROXY: "" };
  assert.equal(await push(env, { plainHttp: true }), "sent 300000");
  assert.match(proxy.asked[0] ?? "", /^HEAD http:\/\/registry\.example\/v2\/.* with a password$/);
  const put = fake.requests.find(({ method }) => method === "PUT");
  assert.deepEqual([put?.headers.get("content-length"), put?.headers.get("transfer-encoding")], ["300000", null]);
  assert.equal(fake.requests.some(({ headers }) => headers.has("authorization")), false);
});

Deno.test("transport/proxy: HTTPS goes through a tunnel of HTTPS_PROXY, and the certificate is checked", async () => {
  const authority = await makeCertificate({ name: "test authority", authority: true });
  const tls = await makeCertificate({ name: "registry", issuer: authority, hosts: ["registry.example"] });
  await using fake = startFakeRegistry({ tls });
  await using proxy = startProxy(fake.host);
  const env = { HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: "" };
  assert.equal(await push(env, { tls: { caCerts: [authority.cert] } }), "sent 300000");
  assert.equal(proxy.asked[0], "CONNECT registry.example:443 HTTP/1.1");
  assert.match(await push(env, {}), /^ConnectionError certificate /);
});

Deno.test("transport/proxy: other services go through the same tunnel, with the same authorities", async () => {
  const authority = await makeCertificate({ name: "test authority", authority: true });
  const tls = await makeCertificate({ name: "fulcio", issuer: authority, hosts: ["fulcio.example"] });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls },
    async (request) => new Response(`${request.method} ${(await request.bytes()).byteLength}`),
  );
  await using proxy = startProxy(`127.0.0.1:${server.addr.port}`);
  const env = { HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: "" };
  assert.equal(await ask(env, { tls: { caCerts: [authority.cert] } }), "POST 3");
  assert.equal(proxy.asked[0], "CONNECT fulcio.example:443 HTTP/1.1");
  assert.match(
    await ask(env, { retry: { retries: 0, budget: 0 } }),
    /^ConnectionError certificate Cannot ask: cannot reach /,
  );
  await server.shutdown();
});

Deno.test("transport/proxy: NO_PROXY names hosts that are reached directly", async () => {
  await using fake = startFakeRegistry();
  await using proxy = startProxy(fake.host);
  const env = { HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: "127.0.0.1" };
  assert.equal(await push(env, { plainHttp: true, host: fake.host }), "sent 300000");
  assert.deepEqual(proxy.asked, []);
});

Deno.test("transport/proxy: what is for this machine goes past every proxy, over TLS too", async () => {
  const authority = await makeCertificate({ name: "test authority", authority: true });
  const certificate = await makeCertificate({ name: "registry", issuer: authority, hosts: ["127.0.0.1", "localhost"] });
  for (const tls of [undefined, { cert: certificate.cert, key: certificate.key }]) {
    await using fake = startFakeRegistry(tls && { tls });
    await using proxy = startProxy(fake.host);
    const env = Object.fromEntries(
      ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map((name) => [name, `http://${proxy.host}`]),
    );
    for (const host of [fake.host, fake.host.replace("127.0.0.1", "localhost")]) {
      assert.match(await push({ ...env, NO_PROXY: "" }, { host, tls: { caCerts: [authority.cert] } }), /^sent /);
    }
    assert.deepEqual(proxy.asked, []);
  }
});
