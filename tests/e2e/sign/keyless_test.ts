/** `push --sign-keyless`, `sign --keyless` and `attach --keyless`, against sigstore's services on this machine. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, sign } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCertificate } from "../../support/network/certificates.ts";
import { everyPlace } from "../../support/every_place.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk, type GantryResult } from "../../support/gantry.ts";
import { startGantry } from "../../support/processes/gantry_process.ts";
import { sampleKeyPath } from "../../support/sample_keys.ts";
import { writeScript } from "../../support/script.ts";
import {
  identityToken,
  type SigstoreOptions,
  type SigstoreServer,
  startSigstore,
  WORKFLOW,
  WORKFLOW_CLAIMS,
} from "../../support/sigstore_server.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const KEY = fileURLToPath(sampleKeyPath("p256.pem"));
const PUBLIC_KEY = fileURLToPath(sampleKeyPath("p256.pub"));
const NAME = `${WORKFLOW.identity} (${WORKFLOW.issuer})`;

interface Bench extends AsyncDisposable {
  readonly registry: FakeRegistry;
  readonly sigstore: SigstoreServer;
  readonly directory: string;
  readonly source: string;
  readonly app: string;
  /** `--signing-config FILE`. */
  readonly services: readonly string[];
  /** `--trusted-root FILE`. */
  readonly root: readonly string[];
}

async function bench(options: SigstoreOptions = {}): Promise<Bench> {
  await using opened = new AsyncDisposableStack();
  const { path: directory } = opened.use(await tempDirectory());
  const registry = opened.use(startFakeRegistry({}));
  const sigstore = opened.use(await startSigstore(options));
  await writeTree(directory, {
    "source/app.yaml": "kind: ConfigMap\n",
    "app.spdx.json": JSON.stringify({ spdxVersion: "SPDX-2.3" }),
    "services.json": JSON.stringify(sigstore.signingConfig),
    "root.json": JSON.stringify(sigstore.trustedRoot),
  });
  const all = opened.move();
  return {
    registry,
    sigstore,
    directory,
    source: join(directory, "source"),
    app: `oci://${registry.host}/acme/app`,
    services: ["--signing-config", join(directory, "services.json")],
    root: ["--trusted-root", join(directory, "root.json")],
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const TOKEN = { env: { SIGSTORE_ID_TOKEN: identityToken() } };

/** Verifies by the identity of the workflow, or by another one. */
async function verify(
  { root }: Pick<Bench, "root">,
  reference: string,
  { identity = WORKFLOW.identity, issuer = WORKFLOW.issuer, more = [] }: {
    readonly identity?: string;
    readonly issuer?: string;
    readonly more?: readonly string[];
  } = {},
): Promise<GantryResult> {
  const names = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer];
  return await gantry(["verify", reference, ...names, ...root, ...more]);
}

/** The tags that people ask for. */
function tags({ repositories }: FakeRegistry): readonly string[] {
  return [...repositories.values()].flatMap(({ tags }) => [...tags.keys()]).filter((tag) => !tag.startsWith("sha256-"));
}

for (const log of [1, 2] as const) {
  Deno.test(`push --sign-keyless signs in every place before the tags, and not again (version ${log} of the log)`, async () => {
    await using at = await bench({ log });
    const places = everyPlace(at.registry, at.directory);
    const args = ["push", at.source, ...places, "--version", "1.0.0", "--sign-keyless", ...at.services, ...at.root];
    const { stdout, stderr } = await gantryOk([...args, "-o", "json"], TOKEN);
    assert.equal(JSON.parse(stdout).referrers.length, 1);
    const who = `"${WORKFLOW_CLAIMS.sub}" of ${WORKFLOW_CLAIMS.iss}`;
    assert.ok(stderr.includes(`SIGSTORE_ID_TOKEN says that this is ${who}`), stderr);
    assert.ok(stderr.includes(`is signed by ${NAME}; tags come after that`), stderr);
    // The bundle is there before the tag is.
    const puts = at.registry.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
    assert.deepEqual(puts.map(({ path }) => path.endsWith("/1.0.0")), [false, false, true]);
    for (const place of places) {
      const { code, stdout } = await verify(at, `${place}:1.0.0`);
      assert.deepEqual([code, stdout.trimEnd().endsWith(`signed by ${NAME} (bundle)`)], [0, true], place);
      for (
        const other of [{ identity: `${WORKFLOW.identity}x` }, { issuer: "https://gitlab.com" }]
      ) {
        const refused = await verify(at, `${place}:1.0.0`, other);
        assert.equal(refused.code, 1, place);
        assert.match(refused.stdout, /it is signed by "https:\/\/github\.com\/acme.*" of "https:/);
      }
    }
    const before = at.sigstore.requests.filter((path) => path.endsWith("/entries")).length;
    const again = JSON.parse((await gantryOk([...args, "-o", "json"], TOKEN)).stdout);
    assert.equal(again.referrers, undefined);
    // A certificate says who this is; the log is told of nothing new.
    assert.equal(at.sigstore.requests.filter((path) => path.endsWith("/entries")).length, before);
  });
}

Deno.test("push signs with a key, without one, and what is said of the artifact by both", async () => {
  await using at = await bench();
  const sbom = join(at.directory, "app.spdx.json");
  const said = ["--provenance", "--sbom", sbom];
  const who = ["--sign-key", KEY, "--sign-keyless", ...at.services];
  const { stdout } = await gantryOk(
    ["push", at.source, at.app, "-t", "dev", ...who, ...said, "-o", "json"],
    TOKEN,
  );
  assert.equal(JSON.parse(stdout).referrers.length, 6);
  for (const type of [[], ["--type", "spdx"], ["--type", "slsaprovenance1"]]) {
    assert.equal((await verify(at, `${at.app}:dev`, { more: type })).code, 0, type.join(" "));
    await gantryOk(["verify", `${at.app}:dev`, "--key", PUBLIC_KEY, ...type]);
  }
  // One certificate for all of it.
  assert.equal(at.sigstore.requests.filter((path) => path === "/api/v2/signingCert").length, 1);
});

Deno.test("sign --keyless and attach --keyless sign what was published, in every place", async () => {
  await using at = await bench();
  const sbom = join(at.directory, "app.spdx.json");
  const places = everyPlace(at.registry, at.directory);
  await gantryOk(["push", at.source, ...places, "-t", "dev"]);
  for (const place of places) {
    const keyless = ["--keyless", ...at.services, ...at.root, "-o", "json"];
    for (const isNew of [true, false]) {
      const signed = JSON.parse((await gantryOk(["sign", `${place}:dev`, ...keyless], TOKEN)).stdout);
      assert.deepEqual([signed.keys, signed.certificate, signed.signatures.length], [[], WORKFLOW, Number(isNew)]);
      const attached = await gantryOk(["attach", `${place}:dev`, sbom, "--type", "spdx", ...keyless], TOKEN);
      assert.equal(JSON.parse(attached.stdout).referrers.length, Number(isNew));
    }
    assert.equal((await verify(at, `${place}:dev`)).code, 0);
    assert.equal((await verify(at, `${place}:dev`, { more: ["--type", "spdx"] })).code, 0);
  }
});

Deno.test("sign --keyless without a trusted root cannot tell what is there, and signs again", async () => {
  await using at = await bench();
  await gantryOk(["push", at.source, at.app, "-t", "dev"]);
  for (const count of [1, 2]) {
    await gantryOk(["sign", `${at.app}:dev`, "--keyless", ...at.services], TOKEN);
    const { stdout } = await verify(at, `${at.app}:dev`, { more: ["-o", "json"] });
    assert.equal(JSON.parse(stdout).artifacts[0].signatures.length, count);
  }
});

Deno.test("fields of the configuration sign without a key, and a flag does not", async () => {
  await using at = await bench();
  const config = join(at.directory, "source", "gantry.json");
  const fields = {
    signKeyless: true,
    signingConfig: "../services.json",
    trustedRoot: "../root.json",
    targets: [at.app],
  };
  await Deno.writeTextFile(config, JSON.stringify(fields));
  const push = ["push", at.source, "--config", config, "-t"];
  await gantryOk([...push, "unsigned", "--no-sign-keyless"]);
  assert.equal((await verify(at, `${at.app}:unsigned`)).code, 1);
  await gantryOk([...push, "dev"], TOKEN);
  assert.equal((await verify(at, `${at.app}:dev`)).code, 0);
});

for (const field of ["signingConfig", "trustedRoot"]) {
  Deno.test(`nobody is shown the token when others can write the ${field} of a configuration that was found`, async () => {
    await using at = await bench();
    const fields = { signKeyless: true, signingConfig: "../services.json", trustedRoot: "../root.json" };
    await Deno.writeTextFile(join(at.source, "gantry.json"), JSON.stringify(fields));
    const file = join(at.directory, field === "trustedRoot" ? "root.json" : "services.json");
    await Deno.chmod(file, 0o666);
    const push = ["push", ".", at.app, "-t", "dev"];
    const { code, stderr } = await startGantry(push, { ...TOKEN, cwd: at.source }).ended();
    assert.match(
      stderr,
      /^error: Cannot use .*\.json, which "gantry\.json" names: it may be written by everybody; pass /m,
    );
    assert.deepEqual([code, at.sigstore.requests, tags(at.registry)], [2, [], []]);
    const named = await startGantry([...push, "--config", "gantry.json"], { ...TOKEN, cwd: at.source }).ended();
    assert.equal(named.code, 0, named.stderr);
  });
}

Deno.test("a job of GitHub Actions is asked for a token of sigstore's, and nothing of it is shown", async () => {
  const token = identityToken();
  const asked: string[] = [];
  await using at = await bench({
    answer(path, request): Response | undefined {
      if (path !== "/token") return undefined;
      asked.push(`${new URL(request.url).search} ${request.headers.get("authorization")}`);
      return Response.json({ value: token });
    },
  });
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${at.sigstore.url}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "the-token-of-the-job",
  };
  const args = ["push", at.source, at.app, "-t", "dev", "--sign-keyless", ...at.services, "-v"];
  const { stdout, stderr } = await gantryOk(args, { env });
  assert.deepEqual(asked, ["?api-version=2.0&audience=sigstore Bearer the-token-of-the-job"]);
  assert.match(stderr, /GitHub Actions says that this is "repo:acme\/app:ref:refs\/heads\/main" of https:/);
  for (const secret of [token, "the-token-of-the-job"]) {
    assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
  assert.equal((await verify(at, `${at.app}:dev`)).code, 0);
});

const HOUR = 60 * 60;
const now = Math.floor(Date.now() / 1000);

const unusable: readonly (readonly [what: string, token: string | undefined, message: RegExp])[] = [
  ["there is none", undefined, /SIGSTORE_ID_TOKEN is not set, and this is no job of GitHub Actions that has the perm/],
  ["it is empty, as for a fork", "", /SIGSTORE_ID_TOKEN is not set, and this is no job of GitHub Actions/],
  ["it is none", "hunter2", /the identity token of SIGSTORE_ID_TOKEN: it is no JSON Web Token$/m],
  ["it is none inside", "aaaa.bbbb.cccc", /the identity token of SIGSTORE_ID_TOKEN: it is no JSON Web Token$/m],
  ["it has expired", identityToken({ ...WORKFLOW_CLAIMS, exp: now - HOUR }), /: it has expired at 20..-/],
  ["it never expires", identityToken({ ...WORKFLOW_CLAIMS, exp: undefined }), /: it does not say when it expires$/m],
  [
    "it is for somebody else",
    identityToken({ ...WORKFLOW_CLAIMS, aud: ["https://github.com/acme"] }),
    /: it is for "https:\/\/github\.com\/acme", and not for "sigstore"$/m,
  ],
  ["it names nobody", identityToken({ ...WORKFLOW_CLAIMS, sub: undefined }), /: it names nobody$/m],
  [
    "nobody knows its address",
    identityToken({ ...WORKFLOW_CLAIMS, email: "a@acme.example" }),
    /: nobody has verified its e-mail address "a@acme\.example"$/m,
  ],
];

for (const [what, token, message] of unusable) {
  Deno.test(`whoever signs without a key is told before anything is sent when of the token ${what}`, async () => {
    await using at = await bench();
    const keyless = [...at.services, "-v"];
    const options = { env: token === undefined ? {} : { SIGSTORE_ID_TOKEN: token } };
    for (
      const args of [
        ["push", at.source, at.app, "-t", "dev", "--sign-keyless"],
        ["sign", `${at.app}:dev`, "--keyless"],
        ["attach", `${at.app}:dev`, join(at.directory, "app.spdx.json"), "--type", "spdx", "--keyless"],
      ]
    ) {
      const { code, stderr } = await gantry([...args, ...keyless], options);
      assert.deepEqual([code, at.registry.requests.length, at.sigstore.requests.length], [2, 0, 0], stderr);
      assert.match(stderr, message);
      if (token) assert.ok(!stderr.includes(token), stderr);
    }
  });
}

const refusing = (path: string, status: number, message: string): SigstoreOptions => ({
  answer: (asked) => asked === path ? Response.json({ code: 7, message }, { status }) : undefined,
});
const answering = (path: string, body: unknown): SigstoreOptions => ({
  answer: (asked) => asked === path ? Response.json(body, { status: 201 }) : undefined,
});

const { cert: NOBODY } = await makeCertificate({ name: "nobody" });

const failing: readonly (readonly [what: string, options: SigstoreOptions, message: RegExp])[] = [
  [
    "the authority of certificates refuses",
    refusing("/api/v2/signingCert", 403, "There was an error processing the identity token"),
    /^error: Cannot get a certificate for "repo:acme.*" of https:.*: HTTP 403, There was an error processing the identity token \(POST http:.*\/api\/v2\/signingCert\)$/m,
  ],
  [
    "the authority of certificates quotes the token",
    refusing("/api/v2/signingCert", 400, `no good: ${TOKEN.env.SIGSTORE_ID_TOKEN}`),
    /^error: Cannot get a certificate for .*: HTTP 400, no good: \*\*\* \(POST /m,
  ],
  [
    "the authority of certificates gives none",
    answering("/api/v2/signingCert", { signedCertificateEmbeddedSct: { chain: { certificates: [] } } }),
    /^error: Cannot get a certificate for .* answers with something else: it has no certificate$/m,
  ],
  [
    "the authority of certificates names nobody",
    answering("/api/v2/signingCert", { signedCertificateEmbeddedSct: { chain: { certificates: [NOBODY] } } }),
    /^error: Cannot get a certificate for .* answers with something else: its certificate names nobody$/m,
  ],
  [
    "the authority of certificates certifies another key",
    {
      async answer(path, request): Promise<Response | undefined> {
        if (path !== "/api/v2/signingCert" || request.headers.has("x-other")) return undefined;
        const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const content = publicKey.export({ type: "spki", format: "pem" });
        const proofOfPossession = sign("sha256", Buffer.from(WORKFLOW_CLAIMS.sub), privateKey).toString("base64");
        const body = { ...await request.json(), publicKeyRequest: { publicKey: { content }, proofOfPossession } };
        return await fetch(request.url, {
          method: "POST",
          headers: { "x-other": "yes" },
          body: JSON.stringify(body),
        });
      },
    },
    /^error: Cannot get a certificate for .* answers with something else: its certificate is one of another key$/m,
  ],
  [
    "the log refuses",
    refusing("/api/v1/log/entries", 400, "no such kind"),
    /^error: Cannot put the signature on the log 127\.0\.0\.1:\d+: HTTP 400, no such kind \(POST http:/m,
  ],
  [
    "the log gives no entry",
    answering("/api/v1/log/entries", { uuid: { body: "" } }),
    /^error: Cannot put the signature on the log .*: its answer is no entry, it has no verification$/m,
  ],
  [
    "the log of version 2 gives no entry",
    { log: 2, ...answering("/api/v2/log/entries", "done") },
    /^error: Cannot put the signature on the log .*: its answer is no entry, it is no JSON object$/m,
  ],
  [
    "the timestamp authority gives no time stamp",
    { log: 2, ...answering("/api/v1/timestamp", "noon") },
    /^error: Cannot get a time stamp of 127\.0\.0\.1:\d+: its answer is no time stamp of the signature, /m,
  ],
  [
    "a service sends us elsewhere",
    { answer: () => Response.redirect("http://127.0.0.1:9/") },
    /^error: Cannot get a certificate for .*: HTTP 302 /m,
  ],
];

for (const [what, options, message] of failing) {
  Deno.test(`push --sign-keyless tags nothing when ${what}`, async () => {
    await using at = await bench(options);
    const keyless = ["--sign-keyless", ...at.services, ...at.root, "--retries", "0"];
    const { code, stderr } = await gantry(["push", at.source, at.app, "-t", "dev", ...keyless], TOKEN);
    assert.match(stderr, message);
    assert.deepEqual([code, tags(at.registry)], [1, []]);
    assert.ok(!stderr.includes(TOKEN.env.SIGSTORE_ID_TOKEN), stderr);
  });
}

Deno.test("push --sign-keyless tags nothing when nobody answers where the log should be", async () => {
  await using at = await bench();
  const port = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const down = `http://127.0.0.1:${port.addr.port}`;
  port.close();
  const config = at.sigstore.signingConfig as Record<string, readonly object[]>;
  const rekorTlogUrls = config.rekorTlogUrls?.map((each) => ({ ...each, url: down }));
  await Deno.writeTextFile(join(at.directory, "services.json"), JSON.stringify({ ...config, rekorTlogUrls }));
  const { code, stderr } = await gantry(
    ["push", at.source, at.app, "-t", "dev", "--sign-keyless", ...at.services],
    TOKEN,
  );
  assert.match(
    stderr,
    /^error: Cannot put the signature on the log 127\.0\.0\.1:\d+: cannot reach 127\.0\.0\.1:\d+: /m,
  );
  assert.deepEqual([code, tags(at.registry)], [1, []]);
});

Deno.test("push --sign-keyless tags nothing when the trusted root knows none of the services", async () => {
  await using at = await bench();
  await using other = await startSigstore();
  await Deno.writeTextFile(join(at.directory, "root.json"), JSON.stringify(other.trustedRoot));
  const args = ["push", at.source, at.app, "-t", "dev", "--sign-keyless", ...at.services, ...at.root];
  const { code, stderr } = await gantry(args, TOKEN);
  assert.match(stderr, /^error: Cannot use what the services have made for https:.*: its certificate does not hold: /m);
  assert.deepEqual([code, tags(at.registry)], [1, []]);
});

for (const log of [1, 2] as const) {
  Deno.test(`push --sign-keyless tags nothing when the log answers with another entry, also without a trusted root (version ${log} of the log)`, async () => {
    let first: string | undefined;
    await using at = await bench({
      log,
      async answer(path, request): Promise<Response | undefined> {
        if (!path.endsWith("/entries") || request.headers.has("x-first")) return undefined;
        const { url, method } = request;
        first ??= await (await fetch(url, { method, headers: { "x-first": "yes" }, body: await request.text() }))
          .text();
        return new Response(first, { status: 201 });
      },
    });
    const args = ["push", at.source, at.app, "--sign-keyless", ...at.services, "-t"];
    await gantryOk([...args, "first"], TOKEN);
    const { code, stderr } = await gantry([...args, "second"], TOKEN);
    assert.match(stderr, /^error: Cannot put the .* log .*: its answer is no entry, it is that of another signature$/m);
    assert.deepEqual([code, tags(at.registry)], [1, ["first"]]);
  });
}

Deno.test("an entry is found whose answer was lost on the way", async () => {
  let isLost = false;
  let location = "";
  await using at = await bench({
    async answer(path, request): Promise<Response | undefined> {
      if (path !== "/api/v1/log/entries" || request.headers.has("x-again")) return undefined;
      if (isLost) return Response.json({ code: 409 }, { status: 409, headers: { location } });
      isLost = true;
      const again = await fetch(request.url, {
        method: "POST",
        headers: { "x-again": "yes" },
        body: await request.arrayBuffer(),
      });
      await again.body?.cancel();
      location = again.headers.get("location") ?? "";
      return new Response("gone", { status: 503, headers: { "retry-after": "0" } });
    },
  });
  const args = ["push", at.source, at.app, "-t", "dev", "--sign-keyless", ...at.services, ...at.root];
  await gantryOk(args, TOKEN);
  assert.equal((await verify(at, `${at.app}:dev`)).code, 0);
});

Deno.test("services without a log sign and verify, when the trusted root names none", async () => {
  await using at = await bench({ log: 2 });
  const { rekorTlogUrls: _, rekorTlogConfig: __, ...services } = at.sigstore.signingConfig as Record<string, unknown>;
  const { tlogs, ...root } = at.sigstore.trustedRoot as Record<string, unknown>;
  const write = (file: string, json: unknown): Promise<void> =>
    Deno.writeTextFile(join(at.directory, file), JSON.stringify(json));
  await write("services.json", services);
  const args = ["push", at.source, at.app, "-t", "dev", "--sign-keyless", ...at.services, ...at.root];
  // A root that names a log wants an entry there.
  const refused = await gantry(args, TOKEN);
  assert.match(refused.stderr, /its certificate does not hold: expected 1 tlog entries, got 0$/m);
  await write("root.json", { ...root, tlogs: [] });
  await gantryOk(args, TOKEN);
  assert.equal((await verify(at, `${at.app}:dev`)).code, 0);
  await write("root.json", { ...root, tlogs });
  assert.equal((await verify(at, `${at.app}:dev`)).code, 1);
});

Deno.test("services are trusted by --ca-file, and no --insecure makes gantry trust any", async () => {
  const authority = await makeCertificate({ name: "company", authority: true });
  const tls = await makeCertificate({ name: "sigstore", issuer: authority, hosts: ["127.0.0.1"] });
  await using at = await bench({ tls });
  const ca = join(at.directory, "ca.pem");
  await Deno.writeTextFile(ca, authority.cert);
  const args = ["push", at.source, `oci-layout:${join(at.directory, "layout")}:dev`, "--sign-keyless", ...at.services];
  for (const more of [[], ["--insecure"]]) {
    const { code, stderr } = await gantry([...args, ...more], TOKEN);
    assert.equal(code, 1);
    assert.match(stderr, /^error: Cannot get a certificate for .*: cannot reach 127\.0\.0\.1:\d+: /m);
    assert.match(stderr, /^advice: name the authority that signed it with --ca-file/m);
  }
  await gantryOk([...args, "--ca-file", ca, ...at.root], TOKEN);
});

toolTest("no program that gantry runs is given the identity token", ["openssl"], async () => {
  await using at = await bench();
  const seen = join(at.directory, "seen.txt");
  await writeScript(
    at.directory,
    "signer.sh",
    [
      `env >> "${seen}"`,
      `case "$1" in public-key) openssl pkey -in "${KEY}" -pubout ;; *) openssl dgst -sha256 -sign "${KEY}" ;; esac`,
    ].join("\n"),
  );
  const env = {
    ...TOKEN.env,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "the-token-of-the-job",
    PATH: Deno.env.get("PATH") ?? "",
  };
  const who = ["--sign-key", `exec:${join(at.directory, "signer.sh")}`, "--sign-keyless", ...at.services];
  const run = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--frozen", "main.ts", "push", at.source, at.app, "-t", "dev", ...who],
    cwd: ROOT,
    env,
  });
  const { code, stderr } = await run.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const given = await Deno.readTextFile(seen);
  assert.ok(given.includes("PATH="));
  for (const secret of [TOKEN.env.SIGSTORE_ID_TOKEN, "the-token-of-the-job"]) assert.ok(!given.includes(secret));
});

const wrong: readonly (readonly [what: string, more: readonly string[], message: RegExp])[] = [
  [
    "a file that only keyless signing needs",
    ["--key", KEY, "--trusted-root", "r"],
    /^error: --trusted-root is for signing without a key, and needs --keyless$/m,
  ],
  ["nobody who signs", [], /^error: Nobody signs: name a key with --key, or sign without one by --keyless$/m],
  [
    "the older form alone",
    ["--keyless", "--sign-format", "legacy"],
    /^error: Cannot sign without a key in the older form alone: what has a certificate is a bundle$/m,
  ],
  [
    "a signing configuration that is none",
    ["--keyless", "--signing-config", KEY],
    /^error: Cannot use ".*" as a signing configuration: /m,
  ],
];

for (const [what, more, message] of wrong) {
  Deno.test(`sign refuses ${what}`, async () => {
    await using at = await bench();
    const { code, stderr } = await gantry(["sign", `${at.app}:dev`, ...more], TOKEN);
    assert.match(stderr, message);
    assert.deepEqual([code, at.registry.requests.length], [2, 0]);
  });
}

Deno.test("verify says so when there is a certificate where a key was asked for, and the other way round", async () => {
  await using at = await bench();
  await gantryOk(["push", at.source, at.app, "-t", "keyless", "--sign-keyless", ...at.services], TOKEN);
  const byKey = await gantry(["verify", `${at.app}:keyless`, "--key", PUBLIC_KEY]);
  assert.equal(byKey.code, 1);
  assert.match(byKey.stdout, /it is signed by none of the keys, but for a certificate/);
  assert.match(byKey.stderr, /^advice: .*--certificate-identity.*--certificate-oidc-issuer.*--trusted-root/m);
  await Deno.writeTextFile(join(at.source, "app.yaml"), "kind: Secret\n");
  await gantryOk(["push", at.source, at.app, "-t", "keyed", "--sign-key", KEY]);
  const byIdentity = await verify(at, `${at.app}:keyed`);
  assert.equal(byIdentity.code, 1);
  assert.match(byIdentity.stdout, /it is signed with a key that is not asked for, and without a certificate/);
  assert.match(byIdentity.stderr, /^advice: .*--key/m);
});
