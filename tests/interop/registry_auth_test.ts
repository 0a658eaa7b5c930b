/**
 * Authentication and TLS against distribution itself, mostly over the command line: what the registry asks for gantry
 * gives, and what it refuses gantry explains.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createRegistryClient, type RegistryClient } from "../../src/registry/client.ts";
import { sizedContent, testContext } from "../registry/support.ts";
import { makeCertificate } from "../support/certificates.ts";
import { type ProxyFault, startFaultyProxy } from "../support/faulty_proxy.ts";
import { gantry, type GantryResult } from "../support/gantry.ts";
import { publishedDigest } from "../support/published_digest.ts";
import { REGISTRIES, type RegistryCommand, type RunningRegistry, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { startTokenServer, type TokenServer, type TokenServerOptions } from "../support/token_server.ts";
import { toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const DISTRIBUTIONS = REGISTRIES.filter(({ command }) => command !== "ociregistry");
const USER = "robot";
const PASSWORD = "correct horse";
const BASIC = btoa(`${USER}:${PASSWORD}`);
/** Made once by `htpasswd -nbB -C 5 robot 'correct horse'`, so that no test needs that program. */
const HTPASSWD = "robot:$2y$05$.GlJTHqdYPtsqWyyhFHjOuHNfMLGb3O3Ch8228ypZE9zOAvp6RzVm\n";
const SOURCE = { "a.yaml": "a: 1\n", "b/c.yaml": "c: 2\n" };
/** What only Deno 2.9 and newer can do. */
const canSkipChecks = Number(Deno.version.deno.split(".")[1]) >= 9;

const authority = await makeCertificate({ name: "test authority", authority: true });
const server = await makeCertificate({ name: "registry", issuer: authority, hosts: ["127.0.0.1"] });
const person = await makeCertificate({ name: "somebody", issuer: authority });

/** Makes a source, certificates and a password file; gives the path of each by its name. */
async function withFiles(test: (file: (name: string) => string) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "authority.pem": authority.cert,
    "server.pem": server.cert,
    "server.key": server.key,
    "person.pem": person.cert,
    "person.key": person.key,
    "htpasswd": HTPASSWD,
  });
  await writeTree(join(directory.path, "source"), SOURCE);
  await test((name) => join(directory.path, name));
}

/** A registry with token authentication, and what belongs to it. */
interface TokenPlace {
  readonly source: string;
  readonly registry: RunningRegistry;
  readonly tokens: TokenServer;
}

async function withTokens(
  command: RegistryCommand,
  options: Partial<TokenServerOptions>,
  test: (place: TokenPlace) => Promise<void>,
): Promise<void> {
  await withFiles(async (file) => {
    await using tokens = startTokenServer({ certificate: server, username: USER, password: PASSWORD, ...options });
    const auth = ["token:", `  realm: ${tokens.realm}`, "  service: a service", "  issuer: test"];
    const bundle = `  rootcertbundle: ${file("authority.pem")}`;
    await using registry = await startRegistry(command, { auth: lines(...auth, bundle) });
    await test({ source: file("source"), registry, tokens });
  });
}

/** Lines of a section of distribution's configuration. */
function lines(...texts: readonly string[]): string {
  return texts.map((text) => `  ${text}`).join("\n");
}

/** Runs `push` as whoever has this password, or as nobody. */
async function pushAs(password: string | undefined, args: readonly string[]): Promise<GantryResult> {
  if (password === undefined) return await gantry(["push", ...args, "-v"]);
  const stdin = new TextEncoder().encode(password);
  return await gantry(["push", ...args, "-v", "--username", USER, "--password-stdin"], { stdin });
}

/** The digest that a push says it has published. */
function publishedBy({ code, stdout, stderr }: GantryResult): string {
  assert.equal(code, 0, stderr);
  return /@(sha256:\S+)/.exec(stdout)?.[1] ?? "";
}

function assertRefused({ code, stdout, stderr }: GantryResult, error: RegExp, advice: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  const said = stderr.split("\n");
  assert.match(said.filter((line) => line.startsWith("error: ")).join("\n"), error);
  assert.match(said.filter((line) => line.startsWith("advice: ")).join("\n"), advice);
  assertSilent(stderr);
}

function assertSilent(text: string, secrets: readonly string[] = []): void {
  for (const secret of [PASSWORD, BASIC, ...secrets]) assert.ok(!text.includes(secret), "a credential is shown");
}

function connect(host: string, password?: string): RegistryClient & Disposable {
  const credential = password === undefined ? undefined : { kind: "password", username: USER, password } as const;
  const client = createRegistryClient({ host, credentials: () => Promise.resolve(credential) });
  return { ...client, [Symbol.dispose]: () => client.close() };
}

for (const { name, command } of DISTRIBUTIONS) {
  toolTest(`${name} with htpasswd over TLS: push needs the authority and the right password`, [command], async () => {
    await withFiles(async (file) => {
      await using registry = await startRegistry(command, {
        auth: lines("htpasswd:", '  realm: "a, realm"', `  path: ${file("htpasswd")}`),
        http: lines("tls:", `  certificate: ${file("server.pem")}`, `  key: ${file("server.key")}`),
      });
      const args = [file("source"), `oci://${registry.host}/acme/app`, "--version", "1.0.0"];
      const trusting = [...args, "--ca-file", file("authority.pem")];
      assertRefused(await pushAs(PASSWORD, args), /its certificate is not trusted/, /--ca-file/);
      assertRefused(await pushAs("wrong", trusting), /UNAUTHORIZED \(401\)/, /password/);
      assertRefused(await pushAs(undefined, trusting), /UNAUTHORIZED \(401\)/, /gantry login 127\.0\.0\.1:/);

      const pushed = await pushAs(PASSWORD, trusting);
      assertSilent(pushed.stderr);
      using client = Deno.createHttpClient({ caCerts: [authority.cert] });
      const headers = { authorization: `Basic ${BASIC}` };
      const at = { origin: `https://${registry.host}`, repository: "acme/app", headers, client };
      assert.equal(await publishedDigest(at, "1.0.0"), publishedBy(pushed));

      const insecure = await pushAs(PASSWORD, [...args, "--insecure"]);
      if (canSkipChecks) assert.equal(publishedBy(insecure), publishedBy(pushed));
      else assertRefused(insecure, /that needs Deno 2\.9 or newer/, /^/);
    });
  });

  toolTest(`${name} with client certificates: push needs --cert-file and --key-file`, [command], async () => {
    await withFiles(async (file) => {
      const tls = ["tls:", `  certificate: ${file("server.pem")}`, `  key: ${file("server.key")}`];
      const clients = `  clientcas: [${file("authority.pem")}]`;
      await using registry = await startRegistry(command, { http: lines(...tls, clients) });
      const target = `oci://${registry.host}/acme/app`;
      const args = [file("source"), target, "-t", "x", "--ca-file", file("authority.pem"), "--retries", "0"];
      assertRefused(await pushAs(undefined, args), /certificate/, /--cert-file/);

      const own = ["--cert-file", file("person.pem"), "--key-file", file("person.key")];
      const pushed = await pushAs(undefined, [...args, ...own]);
      using client = Deno.createHttpClient({ caCerts: [authority.cert], cert: person.cert, key: person.key });
      const at = { origin: `https://${registry.host}`, repository: "acme/app", client };
      assert.equal(await publishedDigest(at, "x"), publishedBy(pushed));
    });
  });

  toolTest(`${name} with tokens: push to two repositories asks once for each`, [command], async () => {
    await withTokens(command, {}, async ({ source, registry, tokens }) => {
      const targets = ["one", "two"].map((repository) => `oci://${registry.host}/acme/${repository}`);
      const args = [source, ...targets, "--version", "1.0.0"];
      const pushed = await pushAs(PASSWORD, args);
      assert.equal(pushed.code, 0, pushed.stderr);
      assertSilent(pushed.stderr, tokens.tokens);
      const scopes = ["repository:acme/one:pull,push", "repository:acme/two:pull,push"];
      assert.deepEqual(tokens.requests.toSorted(), scopes);

      const other = [...args, "--artifact-type", "application/vnd.other", "--force"];
      assertRefused(await pushAs("wrong", other), /Cannot get a token from 127\.0\.0\.1:[0-9]+: HTTP 401/, /password/);
      assertRefused(await pushAs(undefined, other), /\(401\)/, /gantry login 127\.0\.0\.1:/);
    });
  });

  toolTest(`auth/single-flight: ${name} with tokens takes many blobs at a time for one token`, [command], async () => {
    await withTokens(command, {}, async ({ registry, tokens }) => {
      using client = connect(registry.host, PASSWORD);
      const repository = client.repository("acme/app", "push");
      const blobs = Array.from({ length: 24 }, (_, at) => sizedContent(1000, at + 1));
      await Promise.all(blobs.map((blob) => repository.pushBlob(blob, testContext())));
      assert.deepEqual(tokens.requests, ["repository:acme/app:pull,push"]);
    });
  });

  toolTest(`auth/anonymous-bearer: ${name} with tokens shows everybody what is public`, [command], async () => {
    const isPublic = (repository: string): boolean => repository === "acme/public";
    await withTokens(command, { isPublic }, async ({ source, registry }) => {
      const targets = ["public", "private"].map((repository) => `oci://${registry.host}/acme/${repository}`);
      const digest = publishedBy(await pushAs(PASSWORD, [source, ...targets, "--version", "1.0.0"]));
      using anybody = connect(registry.host);
      const found = await anybody.repository("acme/public").resolve("1.0.0", testContext());
      assert.equal(found?.digest, digest);
      await assert.rejects(anybody.repository("acme/private").resolve("1.0.0", testContext()), /\(401\)/);
      const other = [
        source,
        `oci://${registry.host}/acme/public`,
        "--version",
        "1.0.1",
        "--artifact-type",
        "application/vnd.other",
      ];
      assertRefused(await pushAs(undefined, other), /\(401\)/, /gantry login 127\.0\.0\.1:/);
    });
  });

  // The blob takes longer than the token that its upload began with is good for.
  const SIZE = 256 * 1024;
  const RATE = SIZE / 2.5;
  const EXPIRIES: readonly (readonly [what: string, announced: number, fault: ProxyFault])[] = [
    ["a token whose end is known", 1, { kind: "slow", bytesPerSecond: RATE }],
    ["a token that ends sooner than announced", 300, { kind: "slow", bytesPerSecond: RATE }],
    ["a token that ends before a cut", 300, { kind: "cut-request", after: 0.9 * SIZE, bytesPerSecond: RATE }],
  ];
  for (const [what, announced, fault] of EXPIRIES) {
    toolTest(`auth/token-expiry-mid-upload: ${name}, ${what}`, [command], async () => {
      await withTokens(command, { lifetime: 1, announced }, async ({ registry, tokens }) => {
        let faults = 0;
        await using proxy = startFaultyProxy({
          upstream: registry.host,
          fault: ({ size }) => size === SIZE && faults++ === 0 ? fault : undefined,
        });
        using client = connect(proxy.host, PASSWORD);
        const repository = client.repository("acme/app", "push");
        const blob = sizedContent(SIZE);
        await repository.pushBlob(blob, testContext());
        assert.ok(await repository.exists(blob.descriptor, testContext()));
        assert.ok(tokens.requests.length > 1, "the token was not renewed");
        assert.deepEqual([...new Set(tokens.requests)], ["repository:acme/app:pull,push"]);

        const refused = proxy.requests.filter(({ status }) => status === 401).length;
        // One before anything was known, and one for each token that ended unexpectedly.
        assert.equal(refused, announced === 1 ? 1 : tokens.requests.length);
        const sent = proxy.requests.reduce((sum, { bytes }) => sum + bytes, 0);
        // Distribution 2.8 does not resume what it has not acknowledged.
        if (fault.kind === "slow" || command === "registry") assert.ok(sent < 1.2 * SIZE, `${sent / SIZE}`);
      });
    });
  }
}
