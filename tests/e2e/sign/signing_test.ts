/**
 * `push --sign-key`, `sign`, `attach` and `keygen`: what is there before a tag is, and what is said when it cannot be.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { everyPlace } from "../../support/every_place.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk, type GantryOptions, push } from "../../support/gantry.ts";
import { GANTRY, startGantry } from "../../support/processes/gantry_process.ts";
import { SAMPLE_KEYS, sampleKey, sampleKeyPath } from "../../support/sample_keys.ts";
import { writeScript } from "../../support/script.ts";
import { type TempDirectory, tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const PASSWORD = "s3cret-pass";
const KEY = path("p256.pem");

function path(file: string): string {
  return fileURLToPath(sampleKeyPath(file));
}

interface Bench extends AsyncDisposable {
  readonly registry: FakeRegistry;
  readonly directory: string;
  readonly source: string;
  readonly app: string;
  /** The path of an SBOM. */
  readonly sbom: string;
}

async function bench(options: Parameters<typeof startFakeRegistry>[0] = {}): Promise<Bench> {
  const directory: TempDirectory = await tempDirectory();
  const registry = startFakeRegistry(options);
  const source = join(directory.path, "source");
  await writeTree(source, { "app.yaml": "kind: ConfigMap\n" });
  const sbom = join(directory.path, "app.spdx.json");
  await Deno.writeTextFile(sbom, JSON.stringify({ spdxVersion: "SPDX-2.3" }));
  return {
    registry,
    directory: directory.path,
    source,
    sbom,
    app: `oci://${registry.host}/acme/app`,
    async [Symbol.asyncDispose](): Promise<void> {
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The tags that people ask for. */
function tags({ repositories }: FakeRegistry): readonly string[] {
  return [...repositories.values()].flatMap(({ tags }) => [...tags.keys()]).filter((tag) => !tag.startsWith("sha256-"));
}

function writes({ requests }: FakeRegistry): readonly string[] {
  return requests.filter(({ method }) => !["GET", "HEAD"].includes(method)).map(({ method, path }) =>
    `${method} ${path}`
  );
}

for (const referrers of [true, false]) {
  Deno.test(`push --sign-key signs in every place, and not again (referrers API: ${referrers})`, async () => {
    await using at = await bench({ referrers });
    const places = everyPlace(at.registry, at.directory);
    const args = [
      "push",
      at.source,
      ...places,
      "--version",
      "1.0.0",
      "--sign-key",
      KEY,
      "--sign-key",
      path("p384.pem"),
    ];
    const first = JSON.parse((await gantryOk([...args, "-o", "json"])).stdout);
    assert.equal(first.referrers.length, 2);
    assert.deepEqual(first.companions, [`${first.digest.replace(":", "-")}.sig`]);
    // The tags that a target shows are those that were asked for.
    for (const target of first.targets) assert.deepEqual(target.tags, ["1.0.0"]);
    for (const place of places) {
      for (const key of ["p256.pub", "p384.pub"]) {
        const { stdout } = await gantryOk(["verify", `${place}:1.0.0`, "--key", path(key), "-o", "json"]);
        assert.equal(JSON.parse(stdout).artifacts[0].signatures.length, 2, place);
      }
    }
    const files = await snapshot(at.directory);
    at.registry.clearLog();
    const again = JSON.parse((await gantryOk([...args, "-o", "json"])).stdout);
    assert.deepEqual([again.digest, again.referrers, again.companions], [first.digest, undefined, undefined]);
    assert.deepEqual(writes(at.registry), []);
    assert.deepEqual(await snapshot(at.directory), files);
  });
}

/** The layout's files, byte for byte. */
async function snapshot(directory: string): Promise<readonly string[]> {
  const files = ["app/index.json", "app.tar"];
  return await Promise.all(files.map(async (file) => {
    const bytes = await Deno.readFile(join(directory, file));
    return `${file} ${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
  }));
}

Deno.test("a registry that drops referrers gets no tag, and the error says why", async () => {
  await using at = await bench();
  at.registry.fault({
    method: "GET",
    path: /\/referrers\//,
    times: Infinity,
    fault: {
      kind: "edit",
      edit: (answer) =>
        Response.json({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] }, {
          headers: { "content-type": answer.headers.get("content-type") ?? "" },
        }),
    },
  });
  const layout = join(at.directory, "layout");
  const result = await gantry(["push", at.source, at.app, `oci-layout:${layout}`, "-t", "dev", "--sign-key", KEY]);
  assert.equal(result.code, 1);
  assert.match(
    result.stderr,
    /^error: Cannot attach sha256:[0-9a-f]{64} to oci:\/\/.*\/acme\/app@sha256:[0-9a-f]{64}: it was taken, and is not listed among what refers to the artifact, so nobody would find it$/m,
  );
  assert.deepEqual(tags(at.registry), []);
  const index = await Deno.readTextFile(join(layout, "index.json"));
  assert.ok(!index.includes('"org.opencontainers.image.ref.name":"dev"'), index);
});

const SIG = /manifests\/sha256-[0-9a-f]{64}\.sig$/;

for (
  const [what, written, { referrers = true, ...answer }, advice] of [
    [
      "lets no tag of signatures move (Harbor)",
      SIG,
      { status: 412, code: "PRECONDITION", message: "'app:sha256-….sig' configured as immutable" },
      /signatures of the older form .*: let tags that begin with "sha256-" move .*; or write .* --sign-format bundle$/m,
    ],
    [
      "lets no tag of signatures move (ECR)",
      SIG,
      { status: 400, code: "TAG_INVALID", message: "cannot be overwritten because the tag is immutable" },
      /signatures of the older form .*: let tags that begin with "sha256-" move .*; or write .* --sign-format bundle$/m,
    ],
    [
      "lets no list of referrers move",
      /manifests\/sha256-[0-9a-f]{64}$/,
      { referrers: false, status: 412, code: "PRECONDITION", message: "configured as immutable" },
      /the list of what refers to the artifact .*: let tags that begin with "sha256-" move in the registry$/m,
    ],
    [
      "has no room for a signature",
      SIG,
      { status: 403, code: "DENIED", message: "adding 5 KiB will exceed the configured upper limit of 10 GiB" },
      /the registry has no room for this: delete there what nobody needs, or have the limit raised$/m,
    ],
    [
      "denies a signature",
      /manifests\/sha256:[0-9a-f]{64}$/,
      { status: 403, code: "DENIED", message: "no" },
      /nobody is logged in there: log in with `gantry login /,
    ],
  ] as const satisfies readonly (readonly [string, RegExp, Refusal, RegExp])[]
) {
  Deno.test(`push tags nothing, and says what to do, where a registry ${what}`, async () => {
    await using at = await bench({ referrers });
    await push([at.source, at.app, "-t", "dev", "--sign-key", KEY]);
    const before = at.registry.repositories.get("acme/app")?.tags.get("dev");
    const { status, ...error } = answer;
    const refuse = (): Response => Response.json({ errors: [error] }, { status });
    at.registry.fault({ method: "PUT", path: written, times: Infinity, fault: { kind: "answer", answer: refuse } });
    const other = ["--sign-key", path("p384.pem"), "--retries", "0"];
    const layout = `oci-layout:${at.directory}/layout`;
    const result = await gantry(["push", at.source, at.app, layout, "-t", "next", ...other]);
    assert.equal(result.code, 1);
    assert.match(
      result.stderr,
      /^error: Cannot (?:tag|push) .*\n {2}while uploading to oci:.*\n {2}in step sign: nothing was tagged\n/m,
    );
    assert.match(result.stderr, advice);
    assert.deepEqual(tags(at.registry), ["dev"]);
    const index = await Deno.readTextFile(join(at.directory, "layout/index.json"));
    assert.ok(!index.includes('"org.opencontainers.image.ref.name":"next"'), index);
    // What was signed before is as it was.
    await gantryOk(["verify", `${at.app}:dev`, "--key", path("p256.pub")]);
    assert.equal(at.registry.repositories.get("acme/app")?.tags.get("dev"), before);
  });
}

/** How a registry refuses to take something. */
interface Refusal {
  readonly referrers?: boolean;
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const PUBLIC = `[ "$1" = public-key ] && exec cat ${path("p256.pub")}`;

for (
  const [what, script, reason] of [
    ["gives garbage", [PUBLIC, "echo garbage"], /what it gave is no signature of these bytes by its key/],
    ["has an expired token", [PUBLIC, "echo token expired >&2", "exit 1"], /exit code 1; [^]*token expired/],
    ["gives no end of bytes", [PUBLIC, "exec yes"], /more than 65536 bytes to standard output/],
    ["has no key", ["exit 1"], /Cannot get the public key of "exec:/],
  ] as const
) {
  Deno.test(`push tags nothing when the program that signs ${what}`, async () => {
    await using at = await bench();
    const key = `exec:${await writeScript(at.directory, "signer.sh", ...script)}`;
    const result = await gantry(["push", at.source, at.app, "-t", "dev", "--sign-key", key], {
      env: { PATH: Deno.env.get("PATH") ?? "" },
    });
    assert.equal(result.code, 1, result.stderr);
    assert.match(result.stderr, reason);
    assert.deepEqual(tags(at.registry), []);
  });
}

Deno.test("a program that signs sees nothing that opens registries or keys", async () => {
  await using at = await bench();
  const seen = join(at.directory, "seen");
  const signer = await writeScript(at.directory, "signer.sh", `env > ${seen}`, "exit 1");
  const secrets = {
    COSIGN_PASSWORD: PASSWORD,
    DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "elsewhere.example": { auth: btoa(`acme:${PASSWORD}`) } } }),
    GANTRY_USERNAME: "acme",
    GANTRY_PASSWORD: PASSWORD,
    SIGNING_KEY: sampleKey("p256.pem"),
  };
  const args = ["push", at.source, at.app, "--sign-key", "env://SIGNING_KEY", "--sign-key", `exec:${signer}`];
  const env = { ...secrets, PATH: Deno.env.get("PATH") ?? "", VAULT_TOKEN: "its-own" };
  const { code, stderr } = await startGantry(args, { cwd: at.directory, env }).ended();
  assert.equal(code, 1, stderr);
  const environment = (await Deno.readTextFile(seen)).split("\n");
  for (const name of Object.keys(secrets)) assert.ok(environment.includes(`${name}=`), name);
  assert.ok(environment.includes("VAULT_TOKEN=its-own"));
});

Deno.test("push tags nothing when the program that signs hangs until somebody ends it", async () => {
  await using at = await bench();
  const signer = await writeScript(at.directory, "signer.sh", PUBLIC, "echo touch the token >&2", "exec sleep 600");
  const args = ["push", at.source, at.app, "-t", "dev", "--sign-key", `exec:${signer}`];
  const run = startGantry(args, { cwd: at.directory, env: { PATH: Deno.env.get("PATH") ?? "" } });
  await run.said("touch the token");
  run.kill("SIGINT");
  const { code, stderr } = await run.ended();
  assert.equal(code, 130, stderr);
  assert.deepEqual(tags(at.registry), []);
});

for (
  const [what, key, env, reason] of [
    [
      "a wrong password",
      "cosign.key",
      { COSIGN_PASSWORD: "wrong-password" },
      /the password is \*\*\*, or|the password is wrong/,
    ],
    ["no password", "cosign.key", {}, /it is encrypted, and COSIGN_PASSWORD is not set/],
    ["a public key", "p256.pub", {}, /it is a public key, where the private one is needed/],
    ["a key of the wrong kind", "p521.pem", {}, /curve P-521, which cosign and Flux do not verify/],
  ] as const
) {
  Deno.test(`push contacts nobody with ${what}`, async () => {
    await using at = await bench();
    const result = await gantry(["push", at.source, at.app, "-t", "dev", "--sign-key", path(key)], { env });
    assert.equal(result.code, 2);
    assert.match(result.stderr, reason);
    for (const command of [["sign", `${at.app}:dev`], ["attach", `${at.app}:dev`, at.sbom, "--type", "spdx"]]) {
      const later = await gantry([...command, "--key", path(key)], { env });
      assert.equal(later.code, 2);
      assert.match(later.stderr, reason);
    }
    assert.deepEqual(at.registry.requests, []);
  });
}

Deno.test("neither a key nor its password is ever shown", async () => {
  await using at = await bench();
  const env = {
    COSIGN_PASSWORD: PASSWORD,
    SIGNING_PEM: sampleKey("p384.pem"),
    BROKEN: sampleKey("p256.pem").slice(0, 90),
  };
  const secrets = [PASSWORD, ...Object.values(env).join("\n").split("\n"), ...sampleKey("cosign.key").split("\n")]
    .filter((line) => line.length > 20 && !line.startsWith("-") || line === PASSWORD);
  const lines: readonly (readonly string[])[] = [
    ["push", at.source, at.app, "-t", "dev", "-v", "--sign-key", path("cosign.key"), "--sign-key", "env://SIGNING_PEM"],
    ["sign", `${at.app}:dev`, "-v", "--key", "env://BROKEN"],
    ["sign", `${at.app}:dev`, "-v", "--key", "env://COSIGN_PASSWORD"],
    ["sign", `${at.app}:dev`, "-v", "-o", "json", "--key", path("cosign.key")],
    ["attach", `${at.app}:dev`, path("cosign.key"), "--type", "spdx", "--key", path("cosign.key")],
  ];
  for (const args of lines) {
    const { stdout, stderr } = await gantry(args, { env });
    for (const secret of secrets) assert.ok(!`${stdout}${stderr}`.includes(secret), `${args.join(" ")}\n${stderr}`);
  }
});

Deno.test("a plan says who signs, and opens no key", async () => {
  await using at = await bench();
  const { stdout } = await gantryOk([
    "plan",
    at.source,
    at.app,
    "--stages",
    "--sign-key",
    "missing.pem",
    "--provenance",
  ]);
  assert.match(stdout, /^before:tag +provenance +.*--provenance/m);
  assert.match(stdout, /^before:tag +sign +.*--sign-key/m);
});

toolTest("a configuration says who signs, by paths that start from its own directory", ["openssl"], async () => {
  await using at = await bench();
  await writeTree(at.directory, {
    "site/gantry.json": JSON.stringify({
      source: "../source",
      targets: [at.app],
      tags: ["dev"],
      sign: ["./key.pem", "exec:./signer.sh a/b"],
      signFormat: "bundle",
      provenance: true,
      sboms: ["sbom.json"],
    }),
    "site/key.pem": sampleKey("p256.pem"),
    "site/sbom.json": JSON.stringify({ bomFormat: "CycloneDX" }),
  });
  const site = join(at.directory, "site");
  await writeScript(
    site,
    "signer.sh",
    `[ "$1" = public-key ] && exec cat ${path("p384.pub")}`,
    `[ "$2" = a/b ] && exec openssl dgst -sha256 -sign ${path("p384.pem")}`,
  );
  await Deno.chmod(join(site, "key.pem"), 0o600);
  const config = ["--config", join(site, "gantry.json")];
  const { stdout, stderr } = await gantryOk(["push", ...config, "-o", "json"], {
    env: { PATH: Deno.env.get("PATH") ?? "" },
  });
  const { referrers, companions } = JSON.parse(stdout);
  // An SBOM, a provenance and a signature by each of two keys.
  assert.deepEqual([referrers.length, companions], [6, undefined]);
  assert.match(stderr, /^Plugins of .*gantry\.json: exec:.*\/signer\.sh$/m);
  assert.doesNotMatch(stderr, /Anybody on this machine/);
});

Deno.test("push --sbom refuses a file that is no SBOM before anything is contacted", async () => {
  await using at = await bench();
  await writeTree(at.directory, { "sbom.json": "{}" });
  const file = join(at.directory, "sbom.json");
  const result = await gantry(["push", at.source, at.app, "-t", "dev", "--sbom", file]);
  assert.deepEqual([result.code, at.registry.requests.length], [2, 0]);
  assert.match(result.stderr, /Cannot attach ".*sbom\.json": it is neither an SPDX nor a CycloneDX document in JSON/);
});

Deno.test("push --provenance is the same from one run to the next, whatever the job", async () => {
  await using at = await bench();
  const runs = [];
  for (const run of ["1", "2"]) {
    const env = {
      GITHUB_ACTIONS: "true",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/app",
      GITHUB_WORKFLOW_REF: "acme/app/.github/workflows/release.yml@refs/heads/main",
      GITHUB_SHA: "a".repeat(40),
      GITHUB_RUN_ID: run,
    };
    const place = `oci-layout:${join(at.directory, run)}`;
    const args = ["push", at.source, place, "-t", "dev", "--provenance", "--sign-key", KEY, "-o", "json"];
    runs.push(JSON.parse((await gantryOk(args, { env })).stdout).referrers);
  }
  assert.equal(runs[0].length, 2);
  assert.deepEqual(runs[0], runs[1]);
});

Deno.test("push --provenance says the same wherever the source is, and no path of this machine", async () => {
  await using at = await bench();
  await writeTree(at.directory, {
    "a/source/app.yaml": "a: 1\n",
    "deep/in/b/source/app.yaml": "a: 1\n",
    "a/source/.hidden/ignores": "*.md\n",
    "deep/in/b/source/.hidden/ignores": "*.md\n",
    "outside": "*.txt\n",
  });
  const place = `oci-layout:${at.directory}/layout`;
  const said = async (args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
    await push([...args, place, "-t", "dev", "--provenance", "--sign-key", KEY]);
    const { stdout } = await gantryOk([
      ...["verify", `${place}:dev`, "--key", path("p256.pub"), "--type", "slsaprovenance1", "-o", "json"],
    ]);
    const statements = JSON.parse(stdout).artifacts[0].signatures;
    assert.equal(statements.length, 1, "the same provenance is not made twice");
    return statements[0].statement.predicate.buildDefinition.externalParameters.options;
  };
  const [a, b] = ["a/source", "deep/in/b/source"].map((name) => join(at.directory, name));
  assert.ok(a !== undefined && b !== undefined);
  const ignoring = (source: string): readonly string[] => [source, "--ignore-file", join(source, ".hidden/ignores")];
  const expected = { ignoreFile: ".hidden/ignores" };
  assert.deepEqual([await said(ignoring(a)), await said(ignoring(b))], [expected, expected]);
  await Deno.remove(join(at.directory, "layout"), { recursive: true });
  const outside = [a, "--ignore-file", join(at.directory, "outside"), "--no-cache", "--ignore", "*.md"];
  assert.deepEqual(await said(outside), { ignore: ["*.md"] });
});

Deno.test("sign and attach take every place, and name what they have written", async () => {
  await using at = await bench();
  await writeTree(at.directory, { "sbom.json": JSON.stringify({ spdxVersion: "SPDX-2.3" }) });
  const file = join(at.directory, "sbom.json");
  for (const place of everyPlace(at.registry, at.directory)) {
    await push([at.source, place, "-t", "dev"]);
    const signed = JSON.parse((await gantryOk(["sign", `${place}:dev`, "--key", KEY, "-o", "json"])).stdout);
    assert.deepEqual(signed.signatures.map(({ format }: { readonly format: string }) => format), ["bundle", "legacy"]);
    const args = ["attach", `${place}:dev`, file, "--type", "spdx", "-o", "json"];
    const plain = JSON.parse((await gantryOk(args)).stdout);
    const vouched = JSON.parse((await gantryOk([...args, "--key", KEY])).stdout);
    assert.equal(vouched.predicateType, "https://spdx.dev/Document");
    const inspect = ["inspect", `${place}:dev`, "--referrers", "-o", "json"];
    const { referrers } = JSON.parse((await gantryOk(inspect)).stdout);
    const listed = referrers.map(({ digest }: { readonly digest: string }) => digest);
    for (const digest of [signed.signatures[0].digest, plain.referrers[0], vouched.referrers[0]]) {
      assert.ok(listed.includes(digest), place);
    }
    await gantryOk(["verify", `${place}:dev`, "--key", path("p256.pub")]);
  }
});

Deno.test("a second key leaves nothing in a layout that nobody has signed", async () => {
  await using at = await bench();
  for (const place of everyPlace(at.registry, at.directory).slice(1)) {
    await push([at.source, place, "-t", "dev", "--sign-key", KEY]);
    await gantryOk(["sign", `${place}:dev`, "--key", path("p384.pem")]);
    for (const key of ["p256.pub", "p384.pub"]) await gantryOk(["verify", place, "--key", path(key)]);
    const { stdout } = await gantryOk(["verify", place, "-o", "json"]);
    // The artifact, two bundles and their list, and one manifest of signatures.
    assert.deepEqual([JSON.parse(stdout).manifests, JSON.parse(stdout).unreferenced], [5, []], stdout);
  }
});

const USAGE: readonly (readonly [args: (app: string) => readonly string[], reason: RegExp])[] = [
  [(app) => ["sign", app, "--key", KEY], /name the artifact by a tag or a digest/],
  [(app) => ["sign", `${app}:dev`], /Nobody signs: name a key with --key, or sign without one by --keyless/],
  [(app) => ["attach", `${app}:dev`, KEY, "--type", "unknown"], /it is none of spdx, .* and no URI/],
  [
    (app) => ["attach", `${app}:dev`, "missing.json", "--type", "spdx"],
    /Cannot read "missing\.json": there is no such file/,
  ],
  [(app) => ["attach", `${app}:dev`, KEY, "--type", "spdx"], /Cannot attach ".*p256\.pem": it is not JSON/],
  [
    (app) => ["attach", `${app}:dev`, KEY, "--type", "https://sigstore.dev/cosign/sign/v1"],
    /that would be a signature, and says nothing more/,
  ],
  [() => ["keygen", "missing/directory/name"], /There is no terminal to ask for a password on: set COSIGN_PASSWORD/],
];

for (const [args, reason] of USAGE) {
  Deno.test(`gantry ${args("APP").join(" ").replaceAll(KEY, "KEY")} is wrong: ${reason.source}`, async () => {
    await using at = await bench();
    const { code, stderr } = await gantry(args(at.app));
    assert.equal(code, 2, stderr);
    assert.match(stderr, reason);
    assert.deepEqual(writes(at.registry), []);
  });
}

Deno.test("sign writes nothing when the tag moves while it signs", async () => {
  await using at = await bench();
  const before = await push([at.source, at.app, "-t", "dev"]);
  await writeTree(at.source, { "app.yaml": "kind: Secret\n" });
  const after = await push([at.source, at.app, "-t", "other"]);
  at.registry.clearLog();
  // What is there is asked for before anything is signed; somebody else is faster than whoever signs.
  const dev = at.registry.repositories.get("acme/app")?.tags;
  at.registry.fault({
    method: "GET",
    path: /\/referrers\//,
    fault: {
      kind: "edit",
      edit(answer): Response {
        dev?.set("dev", after.digest);
        return answer;
      },
    },
  });
  const { code, stderr } = await gantry(["sign", `${at.app}:dev`, "--key", KEY]);
  assert.deepEqual([code, writes(at.registry)], [1, []]);
  assert.ok(
    stderr.includes(
      `error: Nothing was written for ${at.app}:dev: tag "dev" of ${at.app}: ` +
        `it points to ${after.digest}, and not to ${before.digest}`,
    ),
    stderr,
  );
  const named = await gantry(["sign", `${at.app}:dev@${before.digest}`, "--key", KEY]);
  assert.match(named.stderr, /^error: Cannot use tag "dev" of oci:.*: it points to /m);
  assert.deepEqual([named.code, writes(at.registry)], [1, []]);
});

for (const flag of ["--referrers", "--all-tags"]) {
  for (
    const [from, to] of [["registry", "registry"], ["layout", "layout"], ["tar", "layout"], ["layout", "tar"]] as const
  ) {
    Deno.test(`copy ${flag} from a ${from} keeps the signatures that a ${to} has`, async () => {
      await using at = await bench();
      const placeOf = (kind: typeof from, name: string): string =>
        kind === "registry"
          ? `oci://${at.registry.host}/acme/${name}`
          : `oci-${kind === "tar" ? "archive" : "layout"}:${at.directory}/${name}`;
      const [source, target] = [placeOf(from, "source-of-it"), placeOf(to, "target")];
      const other = path("ed25519.pem");
      const copyAgain = [
        "copy",
        ...(flag === "--all-tags" ? [source, target] : [`${source}:dev`, `${target}:dev`]),
        flag,
      ];
      await push([at.source, source, "-t", "dev", "--sign-key", KEY, "--sign-format", "legacy"]);
      await gantryOk(copyAgain);
      await gantryOk(["sign", `${target}:dev`, "--key", other, "--sign-format", "legacy"]);
      await gantryOk(["sign", `${source}:dev`, "--key", path("p384.pem"), "--sign-format", "legacy"]);
      await gantryOk(copyAgain);
      const keys = [KEY, other, path("p384.pem")].flatMap((key) => ["--key", key.replace(/\.pem$/, ".pub")]);
      await gantryOk(["verify", `${target}:dev`, ...keys, "--all-keys"]);
      if (to === "registry") return;
      const { manifests, unreferenced } = JSON.parse((await gantryOk(["verify", target, "-o", "json"])).stdout);
      assert.deepEqual([manifests, unreferenced], [2, []]);
    });
  }
}

Deno.test("sign and attach leave a bundle as it is: an import would not bring what came to it", async () => {
  await using at = await bench();
  await push([at.source, at.app, "-t", "dev", "--sign-key", KEY]);
  const attaching = ["--type", "spdx", "--key", KEY];
  for (const bundle of [`oci-layout:${at.directory}/bundle`, `oci-archive:${at.directory}/bundle.tar`]) {
    await gantryOk(["export", `${at.app}:dev`, bundle]);
    for (
      const args of [["sign", `${bundle}:dev`, "--key", path("p384.pem")], ["attach", bundle, at.sbom, ...attaching]]
    ) {
      const { code, stderr } = await gantry(args);
      assert.equal(code, 1, stderr);
      assert.ok(stderr.includes(`error: Cannot add anything to ${bundle}: it is a bundle, `), stderr);
    }
    await gantryOk(["verify", bundle, "--key", path("p256.pub")]);
  }
});

Deno.test("import says beforehand what will stand behind the tag of signatures that are there", async () => {
  await using at = await bench();
  const bundle = `oci-archive:${at.directory}/bundle.tar`;
  const far = `oci://${at.registry.host}/far`;
  const signing = ["--sign-format", "legacy"];
  const { digest } = await push([at.source, at.app, "-t", "dev", "--sign-key", KEY, ...signing]);
  const tag = `${digest.replace(":", "-")}.sig`;
  const there = (): string | undefined => at.registry.repositories.get("far/acme/app")?.tags.get(tag);
  const planned = async (): Promise<unknown> => {
    const { stdout } = await gantryOk(["import", bundle, far, "--dry-run", "-o", "json"]);
    return JSON.parse(stdout).artifacts[0].companions[tag];
  };
  await gantryOk(["export", `${at.app}:dev`, bundle]);
  await gantryOk(["import", bundle, far, "-y"]);
  await gantryOk(["sign", `${far}/acme/app:dev`, "--key", path("p384.pem"), ...signing]);
  // The bundle has nothing that is not there.
  assert.equal(await planned(), there());
  await gantryOk(["sign", `${at.app}:dev`, "--key", path("ed25519.pem"), ...signing]);
  await gantryOk(["export", `${at.app}:dev`, bundle]);
  const [before, expected] = [there(), await planned()];
  const { stdout } = await gantryOk(["import", bundle, far, "-y", "-o", "json"]);
  assert.equal(JSON.parse(stdout).artifacts[0].companions[tag], expected);
  assert.deepEqual([there(), there() === before], [expected, false]);
});

Deno.test("sign brings a signature again whose content the registry has lost, and others may still sign", async () => {
  await using at = await bench();
  await push([at.source, at.app, "-t", "dev", "--sign-key", KEY, "--sign-format", "bundle"]);
  const blobs = at.registry.repositories.get("acme/app")?.blobs ?? new Map();
  for (const [digest, { bytes }] of blobs) {
    if (new TextDecoder().decode(bytes).includes("dsseEnvelope")) blobs.delete(digest);
  }
  const verified = async (key: string): Promise<number> => {
    return (await gantry(["verify", `${at.app}:dev`, "--key", path(key)])).code;
  };
  assert.equal(await verified("p256.pub"), 1);
  for (const key of ["p384", "p256"]) {
    await gantryOk(["sign", `${at.app}:dev`, "--key", path(`${key}.pem`), "--sign-format", "bundle"]);
    assert.equal(await verified(`${key}.pub`), 0);
  }
});

Deno.test("sign takes nothing away that has a name, whatever a layout keeps behind the tag of signatures", async () => {
  await using at = await bench();
  const place = `oci-layout:${at.directory}/layout`;
  const { digest } = await push([at.source, place, "-t", "dev"]);
  await gantryOk(["tag", `${place}:dev`, `${digest.replace(":", "-")}.sig`]);
  await gantryOk(["sign", `${place}:dev`, "--key", KEY]);
  await gantryOk(["verify", `${place}:dev`, "--key", path("p256.pub")]);
});

for (const kind of ["oci-layout", "oci-archive"] as const) {
  for (const how of ["--referrers", "--all-tags"] as const) {
    Deno.test(`copy ${how} to ${kind} takes no signature away, whatever stands behind the tag of signatures elsewhere`, async () => {
      await using at = await bench();
      const [place, other] = [`${kind}:${at.directory}/place`, `oci-layout:${at.directory}/other`];
      for (const each of [place, other]) await push([at.source, each, "-t", "dev", "--sign-key", KEY]);
      const file = join(at.directory, "other", "index.json");
      const index = JSON.parse(await Deno.readTextFile(file));
      const named = (end: string) => (entry: { readonly annotations?: object }): boolean =>
        Object.values(entry.annotations ?? {}).some((value) => value.endsWith(end));
      const bundle = index.manifests.find(({ artifactType = "" }) => artifactType.includes("sigstore"));
      Object.assign(index.manifests.find(named(".sig")), { digest: bundle.digest, size: bundle.size });
      await Deno.writeTextFile(file, JSON.stringify(index));
      const name = how === "--referrers" ? ":dev" : "";
      await gantryOk(["copy", `${other}${name}`, `${place}${name}`, how]);
      const { stdout } = await gantryOk(["verify", `${place}:dev`, "--key", path("p256.pub"), "-o", "json"]);
      const [{ signatures }] = JSON.parse(stdout).artifacts;
      const formats = signatures.map(({ format }: { readonly format: string }) => format);
      assert.deepEqual(formats.toSorted(), ["bundle", "legacy"]);
    });
  }
}

Deno.test("gantry keygen asks twice for a password, and writes what sign takes", async () => {
  await using at = await bench();
  const name = join(at.directory, "release");
  const options: GantryOptions = { answer: PASSWORD };
  const { stdout, stderr } = await gantryOk(["keygen", name, "-o", "json"], options);
  assert.equal(stderr, "Password for the private key: \nThe same again: \n");
  const { privateKey, publicKey, hint, isEncrypted } = JSON.parse(stdout);
  assert.deepEqual([privateKey, publicKey, isEncrypted], [`${name}.key`, `${name}.pub`, true]);
  assert.equal(((await Deno.stat(privateKey)).mode ?? 0) & 0o777, 0o600);
  await push([at.source, at.app, "-t", "dev"]);
  const signed = await gantryOk(["sign", `${at.app}:dev`, "--key", privateKey, "-o", "json"], options);
  assert.equal(JSON.parse(signed.stdout).keys[0].hint, hint);
  const answers = ["one", "other"];
  const differing = await gantry(["keygen", `${name}2`], { answer: () => Promise.resolve(answers.shift() ?? "") });
  assert.match(differing.stderr, /The two passwords differ: nothing was written/);
});

if (Deno.build.os === "linux") {
  toolTest("gantry keygen takes Ctrl-D for no answer, and writes nothing", ["script"], async () => {
    await using at = await bench();
    const name = join(at.directory, "release");
    const child = new Deno.Command("script", {
      args: ["-qec", [...GANTRY, "keygen", name].map((word) => `'${word}'`).join(" "), "/dev/null"],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    let shown = "";
    let isAsked = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      shown += text;
      if (isAsked || !shown.includes("Password for the private key: ")) continue;
      isAsked = true;
      await writer.write(Uint8Array.of(4));
    }
    await writer.close();
    assert.equal((await child.status).code, 1, shown);
    assert.match(shown, /^error: Cannot go on without an answer: the input has ended at the question\r$/m);
    await assert.rejects(Deno.lstat(`${name}.key`), Deno.errors.NotFound);
  });
}

Deno.test("gantry keygen says that an empty password protects nothing", async () => {
  await using at = await bench();
  const name = join(at.directory, "release");
  const { stderr } = await gantryOk(["keygen", name], { env: { COSIGN_PASSWORD: "" } });
  assert.equal(
    stderr,
    `warning: The password is empty: nothing protects ${name}.key but its mode: whoever reads it can sign\n`,
  );
});

for (const referrers of [true, false]) {
  Deno.test(`signers at the same time lose no signature in any place (referrers API: ${referrers})`, async () => {
    await using at = await bench({ referrers });
    for (const place of everyPlace(at.registry, at.directory).slice(0, 2)) {
      await push([at.source, place, "-t", "dev"]);
      await Promise.all(SAMPLE_KEYS.map((name) => gantryOk(["sign", `${place}:dev`, "--key", path(`${name}.pem`)])));
      for (const name of SAMPLE_KEYS) {
        const { stdout } = await gantryOk(["verify", `${place}:dev`, "--key", path(`${name}.pub`), "-o", "json"]);
        const [{ signatures }] = JSON.parse(stdout).artifacts;
        assert.deepEqual(
          signatures.map(({ format }: { readonly format: string }) => format).sort(),
          ["bundle", "legacy"],
          `${place} ${name}`,
        );
      }
    }
  });
}
