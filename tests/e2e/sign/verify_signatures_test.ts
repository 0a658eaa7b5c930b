/** Signatures at the command line: what verifies, and what is refused before anything is written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { testContext } from "../../layout/test_context.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk, type GantryResult, push } from "../../support/gantry.ts";
import { sampleKey, sampleKeyPath } from "../../support/sample_keys.ts";
import {
  bundleReferrer,
  type MadeBundle,
  place,
  referrerOf,
  signatureTag,
  taggedSignature,
} from "../../support/signatures.ts";
import { startSigstore } from "../../support/sigstore_server.ts";
import { certifiedBundle } from "../../support/certified_bundle.ts";
import { sampleOf, textContent } from "../../support/store_samples.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const context = testContext();
const SPDX = "https://spdx.dev/Document";
const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const key = (name: string): string => sampleKeyPath(`${name}.pub`).pathname;
const RIGHT = key("p256");
const WRONG = key("ed25519");

/** How the sample artifact is signed. */
interface Signed {
  readonly bundles?: readonly MadeBundle[];
  /** Keys that sign behind the tag. */
  readonly tagged?: readonly string[];
}

/** Publishes an artifact in a layout and signs it there. */
async function signedLayout(
  directory: string,
  { name = "app", version = "1.0.0", bundles = [], tagged = [] }: Signed & {
    readonly name?: string;
    readonly version?: string;
  },
): Promise<{ readonly path: string; readonly digest: string }> {
  await writeTree(join(directory, `source-${version}`), { "a.yaml": `version: ${version}\n` });
  const path = join(directory, name);
  const source = join(directory, `source-${version}`);
  const { digest } = await push([source, `oci-layout:${path}`, "--profile", "generic", "--version", version]);
  await using store = directoryStore({ kind: "oci-layout", path });
  const subject = await store.resolve(version, context);
  assert.ok(subject);
  for (const made of bundles) await place(store, bundleReferrer(subject, made), context);
  if (tagged.length > 0) {
    const signatures = taggedSignature(subject, tagged.map((key) => ({ key })));
    await place(store, signatures, context, [signatureTag(subject)]);
  }
  return { path, digest };
}

async function verifyJson(args: readonly string[]): Promise<{ readonly code: number; readonly result: VerifyJson }> {
  const { code, stdout } = await gantry(["verify", ...args, "-o", "json"]);
  return { code, result: JSON.parse(stdout) };
}

interface VerifyJson {
  readonly verified: boolean;
  readonly artifacts: readonly {
    readonly url: string;
    readonly digest: string;
    readonly names: readonly string[];
    readonly verified: boolean;
    readonly signatures: readonly { readonly format: string; readonly key: string; readonly statement?: unknown }[];
    readonly rejected: readonly { readonly where: string; readonly problem: string }[];
  }[];
  readonly layout?: { readonly whole: boolean };
}

for (const referrers of [true, false]) {
  Deno.test(`verify --key finds both forms in every place, with a registry that has ${referrers ? "an" : "no"} API for referrers`, async () => {
    await using directory = await tempDirectory();
    await using registry = startFakeRegistry({ referrers });
    const { path, digest } = await signedLayout(directory.path, { bundles: [{}], tagged: ["p256"] });
    const tar = join(directory.path, "app.tar");
    const bundle = join(directory.path, "bundle.tar");
    const volumes = join(directory.path, "volumes.tar");
    const remote = `oci://${registry.host}/acme/app`;
    await gantryOk(["copy", `oci-layout:${path}:1.0.0`, `${remote}:1.0.0`, `oci-archive:${tar}:1.0.0`, "--referrers"]);
    await gantryOk(["export", `${remote}:1.0.0`, `oci-archive:${bundle}`]);
    await gantryOk(["export", `${remote}:1.0.0`, `oci-archive:${volumes}`, "--volume-size", "1MiB"]);
    const places = [
      `${remote}:1.0.0`,
      `${remote}@${digest}`,
      `oci-layout:${path}:1.0.0`,
      `oci-layout:${path}`,
      `oci-archive:${tar}:1.0.0`,
      `oci-archive:${tar}`,
      `oci-archive:${bundle}`,
      `oci-archive:${volumes}`,
    ];
    for (const where of places) {
      const { code, result } = await verifyJson([where, "--key", RIGHT]);
      assert.equal(code, 0, where);
      assert.deepEqual(result.artifacts.map(({ digest }) => digest), [digest], where);
      assert.deepEqual(result.artifacts[0]?.signatures.map(({ format, key }) => [format, key]), [
        ["bundle", RIGHT],
        ["legacy", RIGHT],
      ], where);
      const wrong = await verifyJson([where, "--key", WRONG]);
      assert.deepEqual([wrong.code, wrong.result.verified], [1, false], where);
    }
  });
}

Deno.test("verify --key says in a line who signed, or what there is instead", async () => {
  await using directory = await tempDirectory();
  const { path, digest } = await signedLayout(directory.path, { bundles: [{}, { predicateType: SPDX }] });
  const name = `oci-layout:${path}@${digest} (1.0.0)`;
  const right = await gantry(["verify", `oci-layout:${path}:1.0.0`, "--key", RIGHT]);
  assert.deepEqual([right.code, right.stdout], [0, `${name}: signed by ${RIGHT} (bundle)\n`]);
  const wrong = await gantry(["verify", `oci-layout:${path}:1.0.0`, "--key", WRONG]);
  assert.equal(wrong.code, 1);
  assert.deepEqual(
    wrong.stdout.trimEnd().split("\n").map((line) => line.replace(/^sha256:[0-9a-f]{64}/, "DIGEST")).sort(),
    [
      `DIGEST: it is an attestation of the type "${SPDX}", and no signature`,
      "DIGEST: it is signed by none of the keys",
      `${name}: not signed by the key`,
    ],
  );
});

Deno.test("verify --key takes a key from the environment, and several of which one or all must have signed", async () => {
  await using directory = await tempDirectory();
  const { path } = await signedLayout(directory.path, { bundles: [{}], tagged: ["rsa2048"] });
  const where = `oci-layout:${path}:1.0.0`;
  const env = { PUBLIC_KEY: sampleKey("p256.pub") };
  const verify = (...args: readonly string[]): Promise<GantryResult> => gantry(["verify", where, ...args], { env });
  assert.equal((await verify("--key", "env://PUBLIC_KEY")).code, 0);
  assert.equal((await verify("--key", WRONG, "--key", RIGHT)).code, 0);
  assert.equal((await verify("--key", key("rsa2048"), "--key", RIGHT, "--all-keys")).code, 0);
  const one = await verify("--key", WRONG, "--key", RIGHT, "--all-keys");
  assert.equal(one.code, 1);
  assert.match(one.stdout, /: not signed by every key, only by .*p256\.pub \(bundle\)\n$/);
});

Deno.test("verify --key --type prints the statements of attestations and nothing else", async () => {
  await using directory = await tempDirectory();
  const predicate = { spdxVersion: "SPDX-2.3", name: "app" };
  const bundles = [{}, { predicateType: SPDX, predicate }, {
    key: "ed25519",
    predicateType: SPDX,
    predicate: { name: "evil" },
  }];
  const { path } = await signedLayout(directory.path, { bundles });
  const where = `oci-layout:${path}:1.0.0`;
  for (const type of ["spdx", SPDX]) {
    const { stdout } = await gantryOk(["verify", where, "--key", RIGHT, "--type", type]);
    assert.deepEqual(stdout.trimEnd().split("\n").map((line) => JSON.parse(line).predicate), [predicate]);
  }
  const { result } = await verifyJson([where, "--key", RIGHT, "--type", "spdx"]);
  assert.deepEqual(
    result.artifacts[0]?.signatures.map(({ statement }) => (statement as { predicate: unknown }).predicate),
    [
      predicate,
    ],
  );
  const none = await gantry(["verify", where, "--key", RIGHT, "--type", "slsaprovenance1"]);
  assert.deepEqual([none.code, none.stdout], [1, ""]);
  assert.match(none.stderr, /^warning: .*: not attested \(slsaprovenance1\) by the key$/m);
});

Deno.test("verify --key of a whole layout fails for one artifact that is not signed, and for one damaged byte", async () => {
  await using directory = await tempDirectory();
  const { path } = await signedLayout(directory.path, { bundles: [{}] });
  const { digest } = await signedLayout(directory.path, { version: "1.1.0" });
  const { code, result } = await verifyJson([`oci-layout:${path}`, "--key", RIGHT]);
  assert.equal(code, 1);
  assert.deepEqual(result.artifacts.map(({ names, verified }) => [names[0], verified]).toSorted(), [
    ["1.0.0", true],
    ["1.1.0", false],
  ]);
  await gantryOk(["delete", `oci-layout:${path}@${digest}`, "--yes"]);
  assert.equal((await gantry(["verify", `oci-layout:${path}`, "--key", RIGHT])).code, 0);
  for await (const { name } of Deno.readDir(join(path, "blobs", "sha256"))) {
    const file = join(path, "blobs", "sha256", name);
    const bytes = await Deno.readFile(file);
    // The layer: no manifest and no config begins so.
    if (bytes[0] !== 0x1f) continue;
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await Deno.writeFile(file, bytes);
  }
  const damaged = await verifyJson([`oci-layout:${path}`, "--key", RIGHT]);
  assert.deepEqual([damaged.code, damaged.result.layout?.whole, damaged.result.artifacts[0]?.verified], [
    1,
    false,
    true,
  ]);
});

const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [
    ["oci-layout:app", "--key", "nowhere.pub"],
    /^error: Cannot read the public key "nowhere\.pub": no such file or directory$/m,
  ],
  [
    ["oci-layout:app", "--key", sampleKeyPath("p256.pem").pathname],
    /: it is a private key, where the public one is needed$/m,
  ],
  [
    ["oci-layout:app", "--key", sampleKeyPath("p521.pub").pathname],
    /: it is a key of the curve P-521, which cosign and Flux do not verify/,
  ],
  [
    ["oci-layout:app", "--key", "env://NOTHING"],
    /^error: Cannot use the key env:\/\/NOTHING: there is no variable "NOTHING" in the environment$/m,
  ],
  [
    ["oci-layout:app", "--key", RIGHT, "--type", "sbom"],
    /^error: Cannot use "sbom" as the type of a statement: it is none of spdx, /m,
  ],
  [["oci-layout:app", "--key", RIGHT, "--repair"], /^error: Cannot repair a layout and verify signatures at once/m],
  [["oci-layout:app", "--all-keys"], /^error: Cannot say whether all keys have signed: name them with --key$/m],
  [["oci-layout:app", "--type", "spdx"], /^error: Cannot verify an attestation: name the public key with --key$/m],
];

for (const [args, message] of refused) {
  Deno.test(`verify ${args.map((arg) => arg.split("/").at(-1)).join(" ")} is refused`, async () => {
    const { code, stdout, stderr } = await gantry(["verify", ...args]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}

Deno.test("a variable that holds no PEM is neither a path nor shown", async () => {
  const { code, stderr } = await gantry(["verify", "oci-layout:app", "--key", "env://SIGNER"], {
    env: { SIGNER: "LS0tLS1CRUdJTiBQUklWQVRF" },
  });
  assert.deepEqual([code, stderr], [
    2,
    "error: Cannot use the key env://SIGNER: the variable has no key in PEM, which begins with -----BEGIN\n",
  ]);
});

Deno.test("verify --key finds what hides behind a name that is no tag, and refers to what is signed", async () => {
  await using directory = await tempDirectory();
  const { path, digest } = await signedLayout(directory.path, { bundles: [{}] });
  await using store = directoryStore({ kind: "oci-layout", path });
  const subject = await store.resolve(digest, context);
  assert.ok(subject);
  const hidden = sampleOf("not signed", { subject });
  await place(store, hidden, context);
  const index = JSON.parse(await Deno.readTextFile(join(path, "index.json")));
  const named = index.manifests.map((entry: { readonly digest: string }) => {
    if (entry.digest !== hidden.manifest.descriptor.digest) return entry;
    return { ...entry, annotations: { "org.opencontainers.image.ref.name": "stable/app" } };
  });
  await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ ...index, manifests: named }));
  const { code, result } = await verifyJson([`oci-layout:${path}`, "--key", RIGHT]);
  assert.deepEqual([code, result.layout?.whole], [1, true]);
  assert.deepEqual(
    result.artifacts.map(({ digest, verified }) => [digest, verified]).sort(),
    [[digest, true], [hidden.manifest.descriptor.digest, false]].sort(),
  );
});

/** A registry that has the artifact, signed as it is said. */
async function signedRegistry(
  directory: string,
  registry: FakeRegistry,
  signed: Signed = { bundles: [{}] },
): Promise<string> {
  const { path } = await signedLayout(directory, signed);
  const url = `oci://${registry.host}/acme/app`;
  await gantryOk(["copy", `oci-layout:${path}:1.0.0`, `${url}:1.0.0`, "--referrers"]);
  return url;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

const writers: readonly (readonly [verb: string, args: (url: string, out: string) => readonly string[]])[] = [
  ["pull", (url, out) => ["pull", `${url}:1.0.0`, out]],
  ["copy", (url, out) => ["copy", `${url}:1.0.0`, `oci-layout:${out}`, "--referrers"]],
  ["copy --all-tags", (url, out) => ["copy", "--all-tags", url, `oci-layout:${out}`]],
  ["export", (url, out) => ["export", `${url}:1.0.0`, `oci-layout:${out}`]],
];

for (const [verb, args] of writers) {
  for (const signed of [{ bundles: [{}] }, { tagged: ["p256"] }]) {
    Deno.test(`${verb} --verify-key takes what the key has signed in ${signed.bundles ? "a bundle" : "a tag"}, and writes nothing of anything else`, async () => {
      await using directory = await tempDirectory();
      await using registry = startFakeRegistry();
      const url = await signedRegistry(directory.path, registry, signed);
      const out = join(directory.path, "out");
      const wrong = await gantry([...args(url, out), "--verify-key", WRONG]);
      assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
      assert.match(
        wrong.stderr,
        /^error: Cannot verify oci:.*@sha256:[0-9a-f]{64}: no signature is by .*ed25519\.pub$/m,
      );
      assert.match(wrong.stderr, /: it is signed by none of the keys$/m);
      assert.equal(await isThere(out), false);
      await gantryOk([...args(url, out), "--verify-key", WRONG, "--verify-key", RIGHT]);
      assert.equal(await isThere(out), true);
    });
  }
}

Deno.test("pull --verify-key takes no attestation for a signature", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  const url = await signedRegistry(directory.path, registry, { bundles: [{ predicateType: SPDX }] });
  const { code, stderr } = await gantry(["pull", `${url}:1.0.0`, join(directory.path, "out"), "--verify-key", RIGHT]);
  assert.equal(code, 1);
  assert.match(stderr, /it is an attestation of the type "https:\/\/spdx\.dev\/Document", and no signature$/m);
});

for (const [verb, args] of writers.filter(([verb]) => verb !== "copy --all-tags")) {
  Deno.test(`${verb} --verify-key uses the digest that was verified, wherever the tag goes meanwhile`, async () => {
    await using directory = await tempDirectory();
    await using registry = startFakeRegistry();
    const url = await signedRegistry(directory.path, registry);
    await writeTree(join(directory.path, "evil"), { "a.yaml": "evil: true\n" });
    const { digest } = await push([join(directory.path, "evil"), `${url}:evil`]);
    const repository = registry.repositories.get("acme/app");
    const signed = repository?.tags.get("1.0.0");
    assert.ok(repository && signed);
    registry.fault({
      path: /\/manifests\/1\.0\.0$/,
      fault: {
        kind: "edit",
        edit(answer): Response {
          repository.tags.set("1.0.0", digest as typeof signed);
          return answer;
        },
      },
    });
    const out = join(directory.path, "out");
    const { stdout } = await gantryOk([...args(url, out), "--verify-key", RIGHT]);
    assert.deepEqual(registry.unusedFaults, []);
    assert.match(stdout, new RegExp(`@${signed}`));
  });
}

Deno.test("copy --all-tags --verify-key names everything that is not signed, and copies nothing", async () => {
  await using directory = await tempDirectory();
  const { path } = await signedLayout(directory.path, { bundles: [{}] });
  const second = await signedLayout(directory.path, { version: "1.1.0" });
  const third = await signedLayout(directory.path, { version: "1.2.0", bundles: [{ key: "ed25519" }] });
  await using registry = startFakeRegistry();
  for (const to of [`oci-layout:${join(directory.path, "out")}`, `oci://${registry.host}/app`]) {
    const { code, stderr } = await gantry(["copy", "--all-tags", `oci-layout:${path}`, to, "--verify-key", RIGHT]);
    assert.equal(code, 1);
    const named = stderr.matchAll(/^error: Cannot verify .*@(sha256:[0-9a-f]{64}):/gm);
    assert.deepEqual([...named].map(([, digest]) => digest).sort(), [second.digest, third.digest].sort());
  }
  assert.equal(await isThere(join(directory.path, "out")), false);
  assert.deepEqual(registry.repositories.size, 0);
});

for (const volumes of [false, true]) {
  Deno.test(`import --verify-key verifies each artifact ${volumes ? "of volumes" : "of a bundle"} before it contacts anybody`, async () => {
    await using directory = await tempDirectory();
    await using near = startFakeRegistry();
    await using far = startFakeRegistry();
    const url = await signedRegistry(directory.path, near);
    await writeTree(join(directory.path, "db"), { "b.yaml": "b: 1\n" });
    await push([join(directory.path, "db"), `oci://${near.host}/acme/db`, "--version", "2.0.0"]);
    const bundle = `oci-archive:${join(directory.path, "bundle.tar")}`;
    const split = volumes ? ["--volume-size", "1MiB"] : [];
    await gantryOk(["export", `${url}:1.0.0`, `oci://${near.host}/acme/db:2.0.0`, bundle, ...split]);
    const importing = ["import", bundle, `oci://${far.host}/mirror`, "--yes"];
    for (const more of [["--verify-key", RIGHT], ["--verify-key", RIGHT, "--dry-run"]]) {
      const { code, stderr } = await gantry([...importing, ...more]);
      assert.equal(code, 1);
      assert.match(stderr, /^error: Cannot verify oci-archive:.*: no signature is by .*p256\.pub$/m);
      assert.deepEqual(far.requests, []);
    }
    const one = `oci-archive:${join(directory.path, "one.tar")}`;
    await gantryOk(["export", `${url}:1.0.0`, one, ...split]);
    await gantryOk(["import", one, `oci://${far.host}/mirror`, "--yes", "--verify-key", RIGHT]);
    assert.equal((await gantry(["verify", `oci://${far.host}/mirror/acme/app:1.0.0`, "--key", RIGHT])).code, 0);
  });
}

Deno.test("diff --verify-key refuses either side that is not signed", async () => {
  await using directory = await tempDirectory();
  const { path } = await signedLayout(directory.path, { bundles: [{}] });
  await signedLayout(directory.path, { version: "1.1.0" });
  const [signed, bare] = [`oci-layout:${path}:1.0.0`, `oci-layout:${path}:1.1.0`];
  for (const [a, b] of [[signed, bare], [bare, signed]] as const) {
    const { code, stdout, stderr } = await gantry(["diff", a, b, "--verify-key", RIGHT]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^error: Cannot verify /);
  }
  const { code } = await gantry(["diff", signed, join(directory.path, "source-1.0.0"), "--verify-key", RIGHT]);
  assert.equal(code, 0);
});

Deno.test("copy --verify-key leaves nothing of a tar that came through a pipe and is not signed", async () => {
  await using directory = await tempDirectory();
  const { path } = await signedLayout(directory.path, { bundles: [{}] });
  const tar = join(directory.path, "app.tar");
  await gantryOk(["copy", "--all-tags", `oci-layout:${path}`, `oci-archive:${tar}`]);
  const stdin = await Deno.readFile(tar);
  const out = join(directory.path, "out");
  const args = ["copy", "--all-tags", "oci-archive:-", `oci-layout:${out}`, "--verify-key"];
  assert.equal((await gantry([...args, WRONG], { stdin })).code, 1);
  assert.equal(await isThere(out), false);
  await gantryOk([...args, RIGHT], { stdin });
  assert.equal((await gantry(["verify", `oci-layout:${out}`, "--key", RIGHT])).code, 0);
});

Deno.test("verify takes an identity that a certificate names, with a file of whom to trust", async () => {
  await using directory = await tempDirectory();
  const { path } = await signedLayout(directory.path, {});
  await using sigstore = await startSigstore();
  const claims = { sub: "release@acme.test", iss: "https://issuer.test" };
  const root = join(directory.path, "trusted_root.json");
  await Deno.writeTextFile(root, JSON.stringify(sigstore.trustedRoot));
  {
    await using store = directoryStore({ kind: "oci-layout", path });
    const subject = await store.resolve("1.0.0", context);
    assert.ok(subject);
    const layer = textContent(
      JSON.stringify(await certifiedBundle(sigstore, { subject: subject.digest, claims })),
      BUNDLE_TYPE,
    );
    await place(store, referrerOf(subject, [layer]), context);
  }
  const where = `oci-layout:${path}:1.0.0`;
  const from = ["--certificate-oidc-issuer", claims.iss, "--trusted-root", root];
  const { result } = await verifyJson([where, "--certificate-identity", claims.sub, ...from]);
  assert.deepEqual(result.artifacts[0]?.signatures.map(({ format, key }) => [format, key]), [
    ["bundle", "release@acme.test (https://issuer.test)"],
  ]);
  assert.equal((await gantry(["verify", where, "--certificate-identity-regexp", ".*@acme\\.test", ...from])).code, 0);
  const wrong = await gantry(["verify", where, "--certificate-identity", "other@acme.test", ...from]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /: it is signed by "release@acme\.test" of "https:\/\/issuer\.test"$/m);
  // A key and an identity: one of them, or both.
  const both = ["--key", RIGHT, "--certificate-identity", claims.sub, ...from];
  assert.equal((await gantry(["verify", where, ...both])).code, 0);
  assert.equal((await gantry(["verify", where, ...both, "--all-keys"])).code, 1);
});

const incomplete: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [["--certificate-identity", "a"], /who vouches for them with --certificate-oidc-issuer$/m],
  [["--certificate-identity", "a", "--certificate-oidc-issuer", "i"], /whom to trust with --trusted-root$/m],
  [["--certificate-oidc-issuer", "i"], /whom they name with --certificate-identity or --certificate-identity-regexp$/m],
  [
    ["--certificate-identity", "a", "--certificate-identity-regexp", "b"],
    /whom they name with --certificate-identity or --certificate-identity-regexp$/m,
  ],
];

for (const [args, message] of incomplete) {
  Deno.test(`verify ${args.join(" ")} is refused`, async () => {
    const { code, stdout, stderr } = await gantry(["verify", "oci-layout:app", ...args]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}
