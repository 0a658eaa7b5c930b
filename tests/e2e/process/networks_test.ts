/**
 * Registries and networks as they are: proxies, answers that the specification does not know, and registries that do
 * not answer at all.
 */
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeCertificate } from "../../support/network/certificates.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk, type GantryOptions, type GantryResult } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, type ToolResult } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

interface Place {
  readonly registry: FakeRegistry;
  /** `oci://HOST/acme/app`. */
  readonly target: string;
  readonly directory: string;
  /** Pushes something. */
  readonly push: (flags: readonly string[], options?: GantryOptions) => Promise<GantryResult>;
}

async function withRegistry(options: FakeRegistryOptions, test: (place: Place) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry(options);
  await writeTree(directory.path, { "source/a.yaml": "a: 1\n" });
  const target = `oci://${registry.host}/acme/app`;
  await test({
    registry,
    target,
    directory: directory.path,
    push: (flags, more) => gantry(["push", join(directory.path, "source"), target, ...flags], more),
  });
}

/** A port of this machine on which nobody listens. */
function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Lets every answer of a status to such a request have another one. */
function insteadOf(registry: FakeRegistry, from: number, to: number, match: { method?: string; path: RegExp }): void {
  const edit = (answer: Response): Response =>
    answer.status === from ? new Response(undefined, { status: to }) : answer;
  registry.fault({ ...match, times: Infinity, fault: { kind: "edit", edit } });
}

const READING = { method: "GET", path: /\/manifests\// };
const LOOKING = { method: "HEAD", path: /\/manifests\// };

Deno.test("push publishes a version where a manifest that is not there is forbidden, and does not move it later", async () => {
  await withRegistry({}, async ({ registry, target, directory, push }) => {
    for (const match of [READING, LOOKING]) insteadOf(registry, 404, 403, match);
    insteadOf(registry, 404, 403, { method: "HEAD", path: /\/blobs\// });
    const { code, stderr } = await push(["--version", "1.0.0"]);
    assert.equal(code, 0, stderr);
    const before = registry.repositories.get("acme/app")?.tags.get("1.0.0");
    assert.ok(before);

    await Deno.writeTextFile(join(directory, "source", "a.yaml"), "a: 2\n");
    const again = await push(["--version", "1.0.0"]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^error: Cannot move tag "1\.0\.0"/m);
    assert.equal(registry.repositories.get("acme/app")?.tags.get("1.0.0"), before);

    await gantryOk(["export", `${target}:1.0.0`, `oci-archive:${join(directory, "bundle.tar")}`]);
    await gantryOk(["copy", `${target}:1.0.0`, `oci://${registry.host}/other/app:1.0.0`]);
    const absent = await gantry(["inspect", `oci://${registry.host}/third/app:1.0.0`]);
    assert.equal(absent.code, 1);
  });
});

Deno.test("push does not set a version that it may not look at, and --force does", async () => {
  await withRegistry({}, async ({ registry, push }) => {
    const answer = (): Response => new Response(undefined, { status: 403 });
    registry.fault({ method: "GET", path: /\/manifests\//, times: Infinity, fault: { kind: "answer", answer } });
    registry.fault({ method: "HEAD", path: /\/manifests\//, times: Infinity, fault: { kind: "answer", answer } });
    const { code, stderr } = await push(["--version", "1.0.0"]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^error: Cannot fetch 127\.0\.0\.1:\d+\/acme\/app:1\.0\.0: HTTP 403/m);
    assert.deepEqual([...registry.repositories.get("acme/app")?.tags.keys() ?? []], []);
    assert.equal((await push(["--version", "1.0.0", "--force"])).code, 0);
    assert.deepEqual([...registry.repositories.get("acme/app")?.tags.keys() ?? []], ["1.0.0"]);
  });
});

for (const status of [400, 403, 405, 501]) {
  Deno.test(`push and pull go on where HEAD is answered by ${status}`, async () => {
    await withRegistry({}, async ({ registry, target, directory, push }) => {
      const answer = (): Response => new Response(undefined, { status });
      registry.fault({ method: "HEAD", times: Infinity, fault: { kind: "answer", answer } });
      const { code, stderr } = await push(["--version", "1.0.0"]);
      assert.equal(code, 0, stderr);
      await gantryOk(["pull", `${target}:1.0.0`, join(directory, "pulled")]);
      assert.equal(await Deno.readTextFile(join(directory, "pulled", "a.yaml")), "a: 1\n");
    });
  });
}

Deno.test("push shows a name and a password to a registry that says 401 and not how", async () => {
  await withRegistry({ auth: { mode: "basic", users: { ann: "secret" } } }, async ({ registry, push }) => {
    const edit = (answer: Response): Response => {
      answer.headers.delete("www-authenticate");
      return answer;
    };
    registry.fault({ times: Infinity, fault: { kind: "edit", edit } });
    assert.equal((await push(["-t", "edge", "--creds", "ann:secret"])).code, 0);
    assert.equal((await push(["-t", "edge", "--creds", "ann:wrong"])).code, 1);
  });
});

Deno.test("push keeps what is for this machine away from proxies", async () => {
  await withRegistry({ auth: { mode: "basic", users: { ann: "secret" } } }, async ({ push }) => {
    const proxy = `http://127.0.0.1:${closedPort()}`;
    const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
    const { code, stderr } = await push(["-t", "edge", "--creds", "ann:secret", "--retries", "0"], { env });
    assert.equal(code, 0, stderr);
  });
});

for (
  const [scheme, variable, ...flags] of [["https", "HTTPS_PROXY"], ["http", "http_proxy", "--plain-http"]] as const
) {
  Deno.test(`list names the proxy of ${variable} that cannot be reached, and not its password`, async () => {
    const port = closedPort();
    const args = ["list", "oci://registry.example/acme/app", "--retries", "3", ...flags];
    const { code, stderr } = await gantryAlone(args, { [variable]: `http://ann:secret@127.0.0.1:${port}` });
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `error: Cannot reach registry.example through the proxy http://127.0.0.1:${port} of ${variable}: ` +
        `connection refused\nadvice: check ${variable}; a registry that is reached without the proxy is named in NO_PROXY\n`,
      scheme,
    );
  });

  for (const [status, said] of [[407, "the proxy wants a user name and a password"], [403, undefined]] as const) {
    Deno.test(`list names the proxy of ${variable} that answers ${status}`, async () => {
      await using proxy = startFakeRegistry();
      proxy.fault({ times: Infinity, fault: { kind: "answer", answer: () => new Response("no", { status }) } });
      const args = ["list", "oci://registry.example/acme/app", "--retries", "0", ...flags];
      const { code, stderr } = await gantryAlone(args, { [variable]: proxy.origin });
      assert.equal(code, 1);
      assert.ok(stderr.includes(`through the proxy ${proxy.origin}`), stderr);
      const expected = said ?? (scheme === "https" ? "the proxy does not let it through" : "HTTP 403, no");
      assert.ok(stderr.includes(expected), stderr);
      assert.match(stderr, /^advice: .*proxy/m);
    });
  }
}

Deno.test("push says at once that nobody listens on this machine", async () => {
  await withRegistry({}, async ({ directory }) => {
    const host = `127.0.0.1:${closedPort()}`;
    const { code, stderr } = await gantry(["push", join(directory, "source"), `oci://${host}/acme/app:edge`]);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^error: Cannot reach ${host}: connection refused$`, "m"));
    assert.doesNotMatch(stderr, /trying again/);
  });
});

Deno.test("push says without -v that it tries again, and with -q does not", async () => {
  for (const flags of [[], ["-q"]]) {
    await withRegistry({}, async ({ registry, push }) => {
      registry.fault({
        method: "POST",
        fault: {
          kind: "answer",
          answer: () => new Response(undefined, { status: 503, headers: { "retry-after": "0" } }),
        },
      });
      const { code, stderr } = await push(["-t", "edge", ...flags]);
      assert.equal(code, 0, stderr);
      assert.equal(
        /^warning: Cannot push blob .*; trying again in 0\.\d s \(2 of 6\)$/m.test(stderr),
        flags.length === 0,
      );
    });
  }
});

Deno.test("push says which half of a credential lacks, and list of a layout does not", async () => {
  await withRegistry({}, async ({ directory, push }) => {
    const warnings = async (env: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<string> => {
      const { stderr } = await push(["-t", "edge", ...flags], { env });
      return stderr.match(/^warning: .*$/gm)?.join("\n") ?? "";
    };
    const cases: readonly (readonly [env: Readonly<Record<string, string>>, warning: string])[] = [
      [{ GANTRY_USERNAME: "ann", GANTRY_PASSWORD: "" }, "GANTRY_USERNAME is set and GANTRY_PASSWORD is empty"],
      [{ GANTRY_USERNAME: "ann" }, "GANTRY_USERNAME is set and GANTRY_PASSWORD is not"],
      [{ GANTRY_PASSWORD: "secret" }, "GANTRY_PASSWORD is set and GANTRY_USERNAME is not"],
      [{ GANTRY_USERNAME: "", GANTRY_PASSWORD: "secret" }, "GANTRY_PASSWORD is set and GANTRY_USERNAME is empty"],
    ];
    for (const [env, warning] of cases) assert.equal(await warnings(env), `warning: ${warning}: neither is used`);
    assert.equal(await warnings({ GANTRY_USERNAME: "", GANTRY_PASSWORD: "" }), "");
    assert.equal(await warnings({ GANTRY_USERNAME: "ann" }, "--creds", "ann:secret"), "");

    const layout = `oci-layout:${join(directory, "layout")}`;
    const { stderr } = await gantry(["push", join(directory, "source"), layout], { env: { GANTRY_USERNAME: "ann" } });
    assert.doesNotMatch(stderr, /GANTRY/);
  });
});

Deno.test("list advises on a page in the place of the tags as on any other page", async () => {
  await withRegistry({}, async ({ registry, target }) => {
    const page = "<html><title>Log in to continue</title></html>";
    const answer = (): Response => new Response(page, { headers: { "content-type": "text/html" } });
    registry.fault({ times: Infinity, fault: { kind: "answer", answer } });
    const { code, stderr } = await gantry(["list", target]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: Cannot list the tags of 127\.0\.0\.1:\d+\/acme\/app: HTTP 200, .*: Log in to continue /m,
    );
    assert.match(stderr, /^advice: that is not how a registry answers: check the host, and whether a proxy stands/m);
  });
});

Deno.test("push advises on a registry that takes only types that it knows", async () => {
  await withRegistry({}, async ({ registry, push }) => {
    const errors = [{
      code: "MANIFEST_INVALID",
      message: "manifest invalid",
      detail: { message: "unknown media type: x" },
    }];
    const answer = (): Response => Response.json({ errors }, { status: 400 });
    registry.fault({ method: "PUT", path: /\/manifests\//, times: Infinity, fault: { kind: "answer", answer } });
    const { code, stderr } = await push(["-t", "edge"]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: .*unknown media type: x/m);
    assert.match(stderr, /^advice: .*--profile image, or another --artifact-type$/m);
  });
});

Deno.test("push trusts the authorities that SSL_CERT_FILE names, and advises on certificates by what is wrong", async () => {
  const authority = await makeCertificate({ name: "company", authority: true });
  const hosts = ["127.0.0.1"];
  const tls = await makeCertificate({ name: "registry", issuer: authority, hosts });
  const old = await makeCertificate({ name: "old", issuer: authority, hosts, notAfter: new Date(Date.now() - 1000) });
  const other = await makeCertificate({ name: "other", issuer: authority, hosts: ["registry.example"] });
  for (
    const [certificate, problem, advice] of [
      [tls, undefined, undefined],
      [old, /its certificate has expired/, /^advice: the registry needs a new certificate; .*the clock/m],
      [other, /its certificate is for another host/, /^advice: use the name that is in the certificate/m],
    ] as const
  ) {
    await withRegistry({ tls: { cert: certificate.cert, key: certificate.key } }, async ({ directory, push }) => {
      const path = join(directory, "authorities.pem");
      await Deno.writeTextFile(path, authority.cert);
      const { code, stderr } = await push(["-t", "edge"], { env: { SSL_CERT_FILE: path } });
      assert.equal(code, problem === undefined ? 0 : 1, stderr);
      if (problem !== undefined) assert.match(stderr, problem);
      if (advice !== undefined) assert.match(stderr, advice);
      assert.doesNotMatch(stderr, /--ca-file/);
    });
  }
});

Deno.test("pull shows neither its token nor a signed query that an error quotes", async () => {
  await withRegistry(
    { auth: { mode: "bearer", users: { ann: "secret" } } },
    async ({ registry, target, directory, push }) => {
      assert.equal((await push(["-t", "edge", "--creds", "ann:secret"])).code, 0);
      const signature = "c2lnbmF0dXJlLW9mLXRoZS11cmw";
      registry.fault({
        path: /\/blobs\/sha256:/,
        times: Infinity,
        fault: {
          kind: "answer",
          answer: (url) =>
            url.search === ""
              ? new Response(undefined, {
                status: 307,
                headers: { location: `${url.pathname}?X-Signature=${signature}` },
              })
              : new Response(`${registry.requests.at(-1)?.headers.get("authorization")} and ${url.search}`, {
                status: 403,
              }),
        },
      });
      const { code, stderr } = await gantry([
        "pull",
        `${target}:edge`,
        join(directory, "out"),
        "--creds",
        "ann:secret",
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /HTTP 403, Bearer \*\*\* and \?X-Signature=\*\*\*/);
      assert.doesNotMatch(stderr, /fake-token|c2lnbmF0/);
    },
  );
});

/**
 * Runs gantry in a process of its own: whether a client goes through a proxy is asked of the environment while it is
 * made, and test files that run side by side have one environment.
 */
async function gantryAlone(args: readonly string[], env: Readonly<Record<string, string>>): Promise<ToolResult> {
  const main = fileURLToPath(new URL("../../../main.ts", import.meta.url));
  const config = fileURLToPath(new URL("../../../deno.json", import.meta.url));
  const run = ["run", "--quiet", "-A", "--no-prompt", "--frozen", "--config", config, main];
  return await runTool(Deno.execPath(), [...run, ...args], { env: { NO_PROXY: "", no_proxy: "", ...env } });
}
