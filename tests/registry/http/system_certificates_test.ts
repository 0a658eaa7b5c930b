import assert from "node:assert/strict";
import { join } from "node:path";
import { openTransport } from "../../../src/registry/http/open_transport.ts";
import { systemCertificates } from "../../../src/registry/http/system_certificates.ts";
import { ConnectionError } from "../../../src/registry/http/transport.ts";
import { makeCertificate } from "../../support/network/certificates.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

const first = await makeCertificate({ name: "first authority", authority: true });
const second = await makeCertificate({ name: "second authority", authority: true });
const server = await makeCertificate({ name: "registry", issuer: second, hosts: ["127.0.0.1"] });
const trimmed = (...texts: readonly { readonly cert: string }[]): readonly string[] =>
  texts.map(({ cert }) => cert.trim());

/** A directory with a bundle of both authorities, and with one file for each. */
async function withStore(
  use: (paths: { readonly bundle: string; readonly directory: string; readonly missing: string }) => Promise<void>,
): Promise<void> {
  await using temporary = await tempDirectory();
  const [bundle, directory] = [join(temporary.path, "bundle.crt"), join(temporary.path, "certs")];
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  await Deno.writeTextFile(bundle, `# a comment\n${first.cert}${broken}\n${second.cert}`);
  await Deno.mkdir(join(directory, "more"), { recursive: true });
  await Deno.writeTextFile(join(directory, "first.pem"), first.cert);
  await Deno.writeTextFile(join(directory, "0a1b2c3d.0"), second.cert);
  await Deno.writeTextFile(join(directory, "README"), "nothing");
  await use({ bundle, directory, missing: join(temporary.path, "missing") });
}

function envOf(values: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => values[name];
}

Deno.test("systemCertificates() reads the first file that exists where the system keeps them", async () => {
  await withStore(async ({ bundle, missing }) => {
    const { certificates, problem } = await systemCertificates(envOf({}), [missing, bundle]);
    assert.deepEqual([certificates, problem], [trimmed(first, second), undefined]);
    assert.deepEqual((await systemCertificates(envOf({}), [missing])).certificates, []);
  });
});

Deno.test("systemCertificates() reads SSL_CERT_FILE and SSL_CERT_DIR in the place of those", async () => {
  await withStore(async ({ bundle, directory }) => {
    const byFile = await systemCertificates(envOf({ SSL_CERT_FILE: join(directory, "first.pem") }), [bundle]);
    assert.deepEqual(byFile.certificates, trimmed(first));
    const byDirectory = await systemCertificates(envOf({ SSL_CERT_DIR: `${directory}:${directory}` }), []);
    assert.deepEqual(new Set(byDirectory.certificates), new Set(trimmed(first, second)));
  });
});

Deno.test("systemCertificates() says which variable names what cannot be read", async () => {
  await withStore(async ({ directory, missing }) => {
    const { certificates, problem } = await systemCertificates(
      envOf({ SSL_CERT_FILE: missing, SSL_CERT_DIR: directory }),
      [],
    );
    assert.equal(certificates.length, 2);
    assert.match(problem ?? "", /^SSL_CERT_FILE ".*missing" cannot be read, there is no such file or directory$/);
  });
});

Deno.test("openTransport() trusts the authorities of the system once a certificate needs them", async () => {
  await using fake = startFakeRegistry({ tls: { cert: server.cert, key: server.key } });
  await withStore(async ({ bundle, missing }) => {
    const answer = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const asked: string[] = [];
      const transport = openTransport({
        host: fake.host,
        env: (name) => {
          asked.push(name);
          return env[name];
        },
      });
      const url = new URL(`${fake.origin}/v2/`);
      const { signal } = new AbortController();
      try {
        for (const method of ["GET", "GET"] as const) {
          const { status, body } = await transport.send({ method, url, headers: {}, trusted: true, signal });
          await body?.cancel();
          assert.equal(status, 200);
        }
        return `trusted, read ${asked.filter((name) => name === "SSL_CERT_FILE").length} times`;
      } catch (error) {
        assert.ok(error instanceof ConnectionError, String(error));
        return `${error.problem}: ${error.message}`;
      } finally {
        transport.close();
      }
    };
    assert.equal(await answer({ SSL_CERT_FILE: bundle }), "trusted, read 1 times");
    assert.match(await answer({ SSL_CERT_FILE: missing }), /^certificate: .*; SSL_CERT_FILE ".*" cannot be read, /);
  });
});

Deno.test("openTransport() says what could not be read also of a certificate that is its own authority", async () => {
  await using fake = startFakeRegistry({
    tls: await makeCertificate({ name: "own", authority: true, hosts: ["127.0.0.1"] }),
  });
  await withStore(async ({ directory, missing }) => {
    const values: Readonly<Record<string, string>> = { SSL_CERT_FILE: missing, SSL_CERT_DIR: directory };
    const transport = openTransport({ host: fake.host, env: (name) => values[name] });
    const { signal } = new AbortController();
    const url = new URL(`${fake.origin}/v2/`);
    await assert.rejects(
      transport.send({ method: "GET", url, headers: {}, trusted: true, signal }),
      /its certificate is not trusted.*; SSL_CERT_FILE ".*" cannot be read, /,
    );
    transport.close();
  });
});
