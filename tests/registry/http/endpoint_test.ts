import assert from "node:assert/strict";
import { createRegistryClient } from "../../../src/registry/client.ts";
import { findEndpoint, isDockerHub, isLoopbackHost } from "../../../src/registry/http/endpoint.ts";
import { ConnectionError, type ConnectionProblem, type Transport } from "../../../src/registry/http/transport.ts";
import { makeCertificate } from "../../support/network/certificates.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { testClient, testClock, testContext } from "../support.ts";

const LOOPBACK: readonly (readonly [host: string, expected: boolean])[] = [
  ["localhost", true],
  ["localhost:5000", true],
  ["LOCALHOST:5000", true],
  ["registry.localhost:5000", true],
  ["127.0.0.1", true],
  ["127.1.2.3:80", true],
  ["[::1]:5000", true],
  ["localhost.example.com", false],
  ["notlocalhost:5000", false],
  ["example.com/localhost", false],
  ["1127.0.0.1", false],
  ["127.0.0.1.example.com", false],
  ["10.0.0.1:5000", false],
  ["[::2]", false],
  ["ghcr.io", false],
];

for (const [host, expected] of LOOPBACK) {
  Deno.test(`isLoopbackHost() says ${expected} of ${host}`, () => {
    assert.equal(isLoopbackHost(host), expected);
  });
}

Deno.test("isDockerHub() knows every name of it", () => {
  for (const host of ["docker.io", "index.docker.io", "registry-1.docker.io", "Docker.IO"]) {
    assert.ok(isDockerHub(host));
  }
  assert.ok(!isDockerHub("docker.io.example"));
});

const never: Transport = () => Promise.reject(new Error("nothing is sent"));
const { signal } = new AbortController();

const FOUND: readonly (readonly [host: string, plainHttp: boolean, expected: string])[] = [
  ["ghcr.io", false, "https://ghcr.io/"],
  ["registry.lan:5000", false, "https://registry.lan:5000/"],
  ["registry.lan:5000", true, "http://registry.lan:5000/"],
  ["localhost:5000", true, "http://localhost:5000/"],
  ["docker.io", false, "https://registry-1.docker.io/"],
  ["[2001:db8::1]:5000", false, "https://[2001:db8::1]:5000/"],
];

for (const [host, plainHttp, expected] of FOUND) {
  Deno.test(`findEndpoint() is at ${expected} for ${host}${plainHttp ? " over plain HTTP" : ""}`, async () => {
    assert.equal((await findEndpoint(host, { plainHttp, send: never, clock: testClock(), signal })).href, expected);
  });
}

const ANSWERS: readonly (readonly [ConnectionProblem, string | undefined])[] = [
  ["tls", "http://localhost:5000/"],
  ["reset", "http://localhost:5000/"],
  ["certificate", "https://localhost:5000/"],
  ["refused", undefined],
  ["stalled", "http://localhost:5000/"],
  ["dns", undefined],
  ["unknown-host", undefined],
];

for (const [problem, expected] of ANSWERS) {
  Deno.test(`findEndpoint() ${expected ?? "throws"} on this machine when TLS meets "${problem}"`, async () => {
    const error = new ConnectionError(problem, "x");
    const send: Transport = () => Promise.reject(error);
    const finding = findEndpoint("localhost:5000", { plainHttp: false, send, clock: testClock(), signal });
    if (expected === undefined) await assert.rejects(finding, error);
    else assert.equal((await finding).href, expected);
  });
}

Deno.test("findEndpoint() does not wait for a server that waits for the rest of a request", async () => {
  const clock = testClock();
  const send: Transport = ({ signal }) => {
    const { promise, reject } = Promise.withResolvers<Response>();
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  };
  const finding = findEndpoint("localhost:5000", { plainHttp: false, send, clock, signal });
  clock.advance(5000);
  assert.equal((await finding).href, "http://localhost:5000/");
});

Deno.test("createRegistryClient() finds out whether a registry on this machine speaks TLS, once", async () => {
  const authority = await makeCertificate({ name: "test authority", authority: true });
  const { cert, key } = await makeCertificate({ name: "registry", issuer: authority, hosts: ["127.0.0.1"] });
  for (const tls of [undefined, { cert, key }]) {
    await using fake = startFakeRegistry(tls && { tls });
    using client = testClient(fake, { plainHttp: false, tls: { caCerts: [authority.cert] } });
    const repository = client.repository("acme/app");
    const context = testContext();
    await Promise.all(["a", "b", "c"].map((tag) => repository.resolve(tag, context)));
    assert.equal(fake.requests.filter(({ method }) => method === "HEAD").length, 3);
    assert.equal(fake.requests.length, tls === undefined ? 3 : 4);
  }
});

Deno.test("createRegistryClient() talks to IPv6 hosts", async () => {
  const seen: string[] = [];
  const server = Deno.serve({ hostname: "::1", port: 0, onListen: () => {} }, (request) => {
    seen.push(request.headers.get("host") ?? "");
    return new Response(undefined, { status: 404 });
  });
  const host = `[::1]:${server.addr.port}`;
  const client = createRegistryClient({ host });
  try {
    assert.equal(await client.repository("acme/app").resolve("latest", testContext()), undefined);
    assert.deepEqual(seen, [host]);
  } finally {
    client.close();
    await server.shutdown();
  }
});
