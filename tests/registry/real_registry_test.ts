/** The client against real registries. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from "../../src/registry/client.ts";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import { SYSTEM_CLOCK } from "../../src/system/clock.ts";
import type { Credential } from "../../src/registry/login/credentials.ts";
import { registryStore } from "../../src/registry/store.ts";
import { makeCertificate } from "../support/network/certificates.ts";
import { startFaultyProxy } from "../support/network/faulty_proxy.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { startTokenServer } from "../support/network/token_server.ts";
import { toolTest } from "../support/tools.ts";
import { sizedContent, testArtifact, testClock, testContext } from "./support.ts";

const MIB = 1024 * 1024;
const ANN: Credential = { kind: "password", username: "ann", password: "s3cret" };
/** "s3cret", as `htpasswd -B -C 4` writes it: distribution takes nothing but bcrypt. */
const HTPASSWD = "ann:$2a$04$4siSSdAe0VtJXIf/RopGqOiYSiqjgc86tGKTi9xAeUuagV6ZMXBIK\n";
const DISTRIBUTIONS = REGISTRIES.filter(({ command }) => command !== "ociregistry");

function connect(host: string, options: Partial<RegistryClientOptions> = {}): RegistryClient & Disposable {
  const client = createRegistryClient({ host, clock: testClock(), random: () => 0, ...options });
  return { ...client, [Symbol.dispose]: () => client.close() };
}

/** Pushes an artifact and reads it back, twice. */
async function roundTrip(client: RegistryClient): Promise<void> {
  const reference = { kind: "registry", host: client.host, repository: "acme/app" } as const;
  const store = registryStore({ reference, client, access: "push" });
  const target = storeTarget(store, { name: "registry", concurrency: 4 });
  const layers = [sizedContent(0), sizedContent(7), sizedContent(100_000), sizedContent(3 * MIB)];
  const artifact = testArtifact(...layers);
  const tags = [{ name: "1.0.0", immutable: true }, { name: "latest", immutable: false }];
  const context = testContext();
  const receipt = await target.upload(artifact, tags, context);
  assert.deepEqual([receipt.uploaded.length, receipt.existing.length], [6, 0]);
  assert.deepEqual(await target.tag(artifact, tags, context), [{ tag: "1.0.0" }, { tag: "latest" }]);
  assert.equal(await target.resolve("1.0.0", context), artifact.manifest.descriptor.digest);
  assert.equal((await target.upload(artifact, tags, context)).bytesSent, 0);

  const repository = client.repository("acme/app");
  for (const layer of layers) {
    const bytes = await new Response(await repository.fetch(layer.descriptor, context)).bytes();
    assert.deepEqual(bytes, await new Response(layer.open()).bytes());
  }
  const manifest = await repository.fetchManifest("latest", context);
  assert.deepEqual(manifest?.descriptor, artifact.manifest.descriptor);
  assert.deepEqual((await Array.fromAsync(repository.tags(context))).sort(), ["1.0.0", "latest"]);
  assert.equal(await repository.resolve("none", context), undefined);
}

for (const { name, command } of REGISTRIES) {
  toolTest(`createRegistryClient() pushes to ${name} and reads back what it pushed`, [command], async () => {
    await using running = await startRegistry(command);
    using client = connect(running.host);
    await roundTrip(client);
  });
}

for (const { name, command } of DISTRIBUTIONS) {
  toolTest(`upload/mount-201: ${name} mounts a blob of another repository`, [command], async () => {
    await using running = await startRegistry(command);
    using client = connect(running.host);
    const content = sizedContent(MIB);
    await client.repository("acme/a", "push").pushBlob(content, testContext());
    const pushed = await client.repository("acme/b", "push").pushBlob(content, testContext());
    assert.deepEqual(pushed, { existed: true, bytesSent: 0 });
    assert.ok(await client.repository("acme/b").exists(content.descriptor, testContext()));
  });

  // Distribution 2.8 knows only what it has acknowledged, and answers 404 to everything else.
  const rest = command === "registry" ? 0.5 : 1;
  toolTest(
    `upload/cut-at-byte-N-resume: ${name} gets ${rest} of the blob after a cut in its middle`,
    [command],
    async () => {
      await using running = await startRegistry(command);
      const size = 32 * MIB;
      let cuts = 0;
      await using proxy = startFaultyProxy({
        upstream: running.host,
        fault: (request) =>
          request.size === size && cuts++ === 0 ? { kind: "cut-request", after: size / 2 } : undefined,
      });
      // The registry needs its time to notice that the connection broke.
      using client = connect(proxy.host, { plainHttp: true, clock: SYSTEM_CLOCK });
      const content = sizedContent(size);
      await client.repository("acme/app", "push").pushBlob(content, testContext());
      assert.ok(await client.repository("acme/app").exists(content.descriptor, testContext()));
      const cut = proxy.requests.findIndex(({ fault }) => fault !== undefined);
      const sent = proxy.requests.slice(cut + 1).reduce((sum, { bytes }) => sum + bytes, 0);
      assert.ok(sent >= rest * size && sent < (rest + 0.2) * size, `${sent / size}`);
    },
  );

  toolTest(`upload/413-or-416-shrinks-chunk: ${name} takes a blob in chunks`, [command], async () => {
    await using running = await startRegistry(command);
    await using proxy = startFaultyProxy({
      upstream: running.host,
      fault: ({ size }) => size > 2 * MIB ? { kind: "answer", status: 413 } : undefined,
    });
    using client = connect(proxy.host, { plainHttp: true });
    const content = sizedContent(5 * MIB);
    await client.repository("acme/app", "push").pushBlob(content, testContext());
    assert.ok(await client.repository("acme/app").exists(content.descriptor, testContext()));
    const sizes = proxy.requests.filter(({ method, status }) => method === "PATCH" && status === 202);
    assert.ok(sizes.length >= 3);
  });

  toolTest(`auth/basic-only: ${name} with htpasswd over TLS, and a client certificate`, [command], async () => {
    await using directory = await tempDirectory();
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(directory.path, name);
      await Deno.writeTextFile(path, text);
      return path;
    };
    const authority = await makeCertificate({ name: "test authority", authority: true });
    const server = await makeCertificate({ name: "registry", issuer: authority, hosts: ["127.0.0.1"] });
    const clientCertificate = await makeCertificate({ name: "client", issuer: authority });
    await using running = await startRegistry(command, {
      auth: `  htpasswd:\n    realm: test\n    path: ${await file("htpasswd", HTPASSWD)}`,
      http: [
        "  tls:",
        `    certificate: ${await file("server.pem", server.cert)}`,
        `    key: ${await file("server.key", server.key)}`,
        `    clientcas: [${await file("authority.pem", authority.cert)}]`,
      ].join("\n"),
    });
    const tls = { caCerts: [authority.cert], clientCertificate };
    using client = connect(running.host, { tls, credentials: () => Promise.resolve(ANN) });
    await roundTrip(client);

    using wrong = connect(running.host, { tls, credentials: () => Promise.resolve({ ...ANN, password: "wrong" }) });
    await assert.rejects(wrong.check(testContext()), /UNAUTHORIZED \(401\)/);
    using nobody = connect(running.host, { tls: { caCerts: [authority.cert] }, retry: { retries: 0, budget: 0 } });
    await assert.rejects(nobody.check(testContext()), {
      message: `Cannot reach ${running.host}: it wants a client certificate, and got none that it trusts`,
    });
  });

  toolTest(`auth/anonymous-bearer, auth/scope-union-mount: ${name} with tokens`, [command], async () => {
    await using directory = await tempDirectory();
    const certificate = await makeCertificate({ name: "token server" });
    const bundle = join(directory.path, "bundle.pem");
    await Deno.writeTextFile(bundle, certificate.cert);
    await using tokens = startTokenServer({ certificate, username: "ann", password: "s3cret" });
    await using running = await startRegistry(command, {
      auth: `  token:\n    realm: ${tokens.realm}\n    service: test\n    issuer: test\n    rootcertbundle: ${bundle}`,
    });
    using client = connect(running.host, { credentials: () => Promise.resolve(ANN) });
    await roundTrip(client);
    const content = sizedContent(1000, 9);
    await client.repository("acme/app", "push").pushBlob(content, testContext());
    const pushed = await client.repository("acme/copy", "push").pushBlob(content, testContext());
    assert.deepEqual(pushed, { existed: true, bytesSent: 0 });
    assert.equal(tokens.requests.at(-1), "repository:acme/copy:pull,push repository:acme/app:pull");

    using anonymous = connect(running.host);
    assert.ok(await anonymous.repository("acme/app").resolve("latest", testContext()));
    const pushing = anonymous.repository("acme/app", "push").pushBlob(sizedContent(9), testContext());
    await assert.rejects(pushing, /UNAUTHORIZED \(401\)/);
  });
}
