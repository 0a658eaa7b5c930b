/** What cosign signed is verified by gantry, and after gantry has carried it, by cosign, Flux and notation. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { cosignAttest, type CosignKeys, cosignKeys, cosignSign, cosignVerify } from "../../support/cosign.ts";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { type RunningRegistry, startRegistry } from "../../support/registry_process.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

/** Without the referrers API, and with it. */
const KINDS = ["registry", "ociregistry"] as const;
const OLD_FORMAT = ["--new-bundle-format=false"];
const SPDX = "https://spdx.dev/Document";

/** A registry with an artifact in it, and two pairs of keys. */
interface Bench extends AsyncDisposable {
  readonly registry: RunningRegistry;
  readonly directory: string;
  /** `HOST/acme`. */
  readonly base: string;
  readonly ours: CosignKeys;
  readonly theirs: CosignKeys;
  /** Publishes an artifact; the same for the same name. */
  publish(name: string): Promise<string>;
}

async function bench(command: typeof KINDS[number]): Promise<Bench> {
  const directory = await tempDirectory();
  const registry = await startRegistry(command);
  const base = `${registry.host}/acme`;
  const [ours, theirs] = await Promise.all(["ours", "theirs"].map((name) => cosignKeys(directory.path, name)));
  assert.ok(ours && theirs);
  return {
    registry,
    directory: directory.path,
    base,
    ours,
    theirs,
    async publish(name): Promise<string> {
      const source = join(directory.path, `source-${name}`);
      await writeTree(source, { "app.yaml": `name: ${name}\n` });
      const { digest } = await push([source, `oci://${base}/${name}`, "--profile", "flux", "--version", "1.0.0"]);
      return digest;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function verifiedFormats(place: string, { public: key }: CosignKeys): Promise<readonly string[]> {
  const { stdout } = await gantry(["verify", place, "--key", key, "-o", "json"]);
  const { artifacts }: {
    readonly artifacts: readonly { readonly signatures: readonly { readonly format: string }[] }[];
  } = JSON.parse(stdout);
  return artifacts.flatMap(({ signatures }) => signatures.map(({ format }) => format)).sort();
}

/** Who finds the signature: cosign 3, cosign as it was before, and Flux; and nobody with another key. */
async function assertVerifiers(
  reference: string,
  { ours, theirs }: Bench,
  { old, current }: { readonly old: boolean; readonly current: boolean },
): Promise<void> {
  const ask = async (keys: CosignKeys): Promise<readonly boolean[]> => [
    (await cosignVerify(reference, keys)).code === 0,
    (await cosignVerify(reference, keys, { flags: OLD_FORMAT })).code === 0,
    (await runTool("flux-verify", [keys.public, reference])).code === 0,
  ];
  assert.deepEqual(await ask(ours), [current, old, current], reference);
  assert.deepEqual(await ask(theirs), [false, false, false], reference);
}

for (const command of KINDS) {
  for (
    const [what, formats, verifiers] of [
      ["bundle", ["bundle"], { current: true, old: false }],
      ["legacy", ["legacy"], { current: true, old: true }],
      ["both", ["bundle", "legacy"], { current: true, old: true }],
    ] as const
  ) {
    toolTest(
      `what cosign signed (${what}) in ${command} verifies wherever gantry carries it`,
      [command, "cosign", "flux-verify"],
      async () => {
        await using at = await bench(command);
        await using far = await startRegistry(command);
        const digest = await at.publish("app");
        const app = `${at.base}/app`;
        for (const format of formats) await cosignSign(`${app}@${digest}`, at.ours, { legacy: format === "legacy" });
        assert.deepEqual(await verifiedFormats(`oci://${app}:1.0.0`, at.ours), formats);
        assert.deepEqual(await verifiedFormats(`oci://${app}:1.0.0`, at.theirs), []);

        const [layout, exported] = ["copied", "exported"].map((name) => join(at.directory, name));
        assert.ok(layout && exported);
        await gantryOk([
          "copy",
          `oci://${app}:1.0.0`,
          `oci://${at.base}/copied`,
          `oci-layout:${layout}`,
          "--referrers",
          "--verify-key",
          at.ours.public,
        ]);
        await gantryOk(["export", `oci://${app}:1.0.0`, `oci-layout:${exported}`, "--verify-key", at.ours.public]);
        await gantryOk([
          "import",
          `oci-layout:${exported}`,
          `oci://${far.host}/mirror`,
          "--yes",
          "--verify-key",
          at.ours.public,
        ]);
        for (const reference of [`${app}:1.0.0`, `${at.base}/copied:1.0.0`, `${far.host}/mirror/acme/app:1.0.0`]) {
          await assertVerifiers(reference, at, verifiers);
          assert.deepEqual(await verifiedFormats(`oci://${reference}`, at.ours), formats, reference);
        }
        // Offline, before anything is imported.
        for (const path of [layout, exported]) {
          assert.equal((await cosignVerify(path, at.ours, { flags: ["--local-image"] })).code, 0, path);
          assert.notEqual((await cosignVerify(path, at.theirs, { flags: ["--local-image"] })).code, 0, path);
        }
      },
    );
  }
}

toolTest(
  "what cosign save made is verified, carried on and signed once more",
  ["registry", "cosign", "tar"],
  async () => {
    await using at = await bench("registry");
    for (const [name, legacy, format] of [["new", false, "bundle"], ["old", true, "legacy"]] as const) {
      const digest = await at.publish(name);
      const reference = `${at.base}/${name}`;
      await cosignSign(`${reference}@${digest}`, at.ours, { legacy });
      const saved = join(at.directory, `saved-${name}`);
      await tool("cosign", ["save", "--allow-http-registry", "--dir", saved, `${reference}:1.0.0`]);
      assert.deepEqual(await verifiedFormats(`oci-layout:${saved}`, at.ours), [format]);
      const copied = join(at.directory, `copied-${name}`);
      const back = `${at.base}/back-${name}:1.0.0`;
      await gantryOk(["copy", `oci-layout:${saved}`, `oci-layout:${copied}:1.0.0`, `oci://${back}`, "--referrers"]);
      assert.equal((await cosignVerify(copied, at.ours, { flags: ["--local-image"] })).code, 0, name);
      assert.equal((await cosignVerify(back, at.ours)).code, 0, name);
      // A second signature comes to the first one, for cosign as well.
      const signing = ["--key", at.theirs.private, "--sign-format", format];
      await tool("tar", ["-cf", `${saved}.tar`, "-C", saved, "."]);
      for (const place of [`oci-layout:${saved}`, `oci-archive:${saved}.tar`]) {
        await gantryOk(["sign", place, ...signing], { env: { COSIGN_PASSWORD: "" } });
        for (const keys of [at.ours, at.theirs]) assert.deepEqual(await verifiedFormats(place, keys), [format], place);
      }
      for (const keys of [at.ours, at.theirs]) {
        assert.equal((await cosignVerify(saved, keys, { flags: ["--local-image"] })).code, 0, name);
      }
    }
  },
);

toolTest("an attestation is no signature to gantry, though it is one to cosign and Flux", [
  "registry",
  "cosign",
  "flux-verify",
], async () => {
  await using at = await bench("registry");
  const digest = await at.publish("app");
  const app = `${at.base}/app`;
  const predicate = join(at.directory, "sbom.json");
  const sbom = { spdxVersion: "SPDX-2.3", SPDXID: "SPDXRef-DOCUMENT", name: "app" };
  await Deno.writeTextFile(predicate, JSON.stringify(sbom));
  await cosignAttest(`${app}@${digest}`, at.ours, { type: "spdxjson", predicate });
  assert.equal((await cosignVerify(`${app}:1.0.0`, at.ours)).code, 0);
  assert.equal((await runTool("flux-verify", [at.ours.public, `${app}:1.0.0`])).code, 0);
  const refused = await gantry(["verify", `oci://${app}:1.0.0`, "--key", at.ours.public]);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, new RegExp(`it is an attestation of the type "${SPDX}", and no signature`));

  const copy = `${at.base}/copied:1.0.0`;
  await gantryOk(["copy", `oci://${app}:1.0.0`, `oci://${copy}`, "--referrers"]);
  const type = ["--type", "spdx"];
  const { stdout } = await gantryOk(["verify", `oci://${copy}`, "--key", at.ours.public, ...type]);
  const statement = JSON.parse(stdout);
  assert.equal(statement.subject[0].digest.sha256, digest.slice("sha256:".length));
  assert.equal(statement.predicate.name, "app");
  assert.equal((await gantry(["verify", `oci://${copy}`, "--key", at.theirs.public, ...type])).code, 1);
  const flags = ["--type", "spdxjson"];
  assert.equal((await cosignVerify(copy, at.ours, { command: "verify-attestation", flags })).code, 0);
  const { referrers } = JSON.parse((await gantryOk(["inspect", `oci://${copy}`, "--referrers", "-o", "json"])).stdout);
  assert.deepEqual(referrers.map((each: { role: string; predicateType: string }) => [each.role, each.predicateType]), [
    ["attestation", SPDX],
  ]);
});

for (const command of KINDS) {
  toolTest(`a bundle by another key hides a signature behind the tag in ${command}, and inspect says so`, [
    command,
    "cosign",
    "flux-verify",
  ], async () => {
    await using at = await bench(command);
    const app = `${at.base}/app`;
    const digest = await at.publish("app");
    await cosignSign(`${app}@${digest}`, at.ours, { legacy: true });
    await cosignSign(`${app}@${digest}`, at.theirs);
    assert.notEqual((await cosignVerify(`${app}:1.0.0`, at.ours)).code, 0);
    assert.notEqual((await runTool("flux-verify", [at.ours.public, `${app}:1.0.0`])).code, 0);
    assert.equal((await cosignVerify(`${app}:1.0.0`, at.ours, { flags: OLD_FORMAT })).code, 0);
    const { stdout } = await gantryOk(["inspect", `oci://${app}:1.0.0`, "--referrers"]);
    assert.match(
      stdout,
      /^cosign 3 and Flux from 2\.8 on go by the bundles and ignore the signature behind sha256-[0-9a-f]{64}\.sig, /m,
    );
    // gantry looks at both.
    assert.deepEqual(await verifiedFormats(`oci://${app}:1.0.0`, at.ours), ["legacy"]);
    const all = ["--key", at.ours.public, "--key", at.theirs.public, "--all-keys"];
    await gantryOk(["verify", `oci://${app}:1.0.0`, ...all]);
  });

  toolTest(`what notation signed in ${command} still holds after a copy, and after an export and an import`, [
    command,
    "notation-check",
  ], async () => {
    await using directory = await tempDirectory();
    await using registry = await startRegistry(command);
    await using far = await startRegistry(command);
    const app = `${registry.host}/acme/app`;
    await writeTree(join(directory.path, "source"), { "app.yaml": "a: 1\n" });
    const { digest } = await push([join(directory.path, "source"), `oci://${app}`, "--version", "1.0.0"]);
    const trust = join(directory.path, "trust");
    await tool("notation-check", ["sign", trust, `${app}@${digest}`]);
    const bundle = `oci-archive:${join(directory.path, "bundle.tar")}`;
    await gantryOk(["copy", `oci://${app}:1.0.0`, `oci://${registry.host}/copied`, "--referrers"]);
    await gantryOk(["copy", `oci://${app}:1.0.0`, `oci://${registry.host}/bare`]);
    await gantryOk(["export", `oci://${app}:1.0.0`, bundle]);
    await gantryOk(["import", bundle, `oci://${far.host}`, "--yes"]);
    for (const place of [app, `${registry.host}/copied`, `${far.host}/acme/app`]) {
      await tool("notation-check", ["verify", trust, `${place}@${digest}`]);
    }
    const bare = await runTool("notation-check", ["verify", trust, `${registry.host}/bare@${digest}`]);
    assert.equal(bare.code, 1);
  });
}
