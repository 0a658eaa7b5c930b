/**
 * Authentication and TLS against distribution itself, mostly over the command line: what the registry asks for gantry
 * gives, and what it refuses gantry explains.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createRegistryClient, type RegistryClient } from "../../src/registry/client.ts";
import { sizedContent, testContext } from "../registry/support.ts";
import { makeCertificate } from "../support/network/certificates.ts";
import { gantry, type GantryResult } from "../support/gantry.ts";
import { publishedDigest } from "../support/published_digest.ts";
import { REGISTRIES, type RegistryCommand, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import {
  startTokenRegistry,
  type TokenRegistry,
  type TokenRegistryOptions,
} from "../support/network/token_registry.ts";
import { HTPASSWD, PASSWORD, USER } from "../support/network/htpasswd.ts";
import { toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const DISTRIBUTIONS = REGISTRIES.filter(({ command }) => command !== "ociregistry");
const BASIC = btoa(`${USER}:${PASSWORD}`);
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
interface TokenPlace extends Pick<TokenRegistry, "registry" | "tokens"> {
  readonly source: string;
}

async function withTokens(
  command: RegistryCommand,
  options: Partial<TokenRegistryOptions>,
  test: (place: TokenPlace) => Promise<void>,
): Promise<void> {
  await withFiles(async (file) => {
    await using started = await startTokenRegistry(command, { username: USER, password: PASSWORD, ...options });
    await test({ source: file("source"), ...started });
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
}
