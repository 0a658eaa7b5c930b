/** What gantry signs and attests is what cosign and Flux verify, and their keys are each other's. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cosignKeys, cosignSign, cosignVerify } from "../../support/cosign.ts";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { startRegistry } from "../../support/registry_process.ts";
import { SAMPLE_KEYS, sampleKeyPath } from "../../support/sample_keys.ts";
import { writeScript } from "../../support/script.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

/** Without the referrers API, and with it. */
const KINDS = ["registry", "ociregistry"] as const;
const OLD_FORMAT = ["--new-bundle-format=false"];
const PASSWORD = { COSIGN_PASSWORD: "pässword" };

/** Who finds a signature by the key: cosign 3, cosign as it was before, and Flux. */
async function verifiers(reference: string, key: string): Promise<readonly boolean[]> {
  const keys = { private: "", public: key };
  return [
    (await cosignVerify(reference, keys)).code === 0,
    (await cosignVerify(reference, keys, { flags: OLD_FORMAT })).code === 0,
    (await runTool("flux-verify", [key, reference])).code === 0,
  ];
}

const EVERYBODY = [true, true, true];
const NOBODY = [false, false, false];

async function source(directory: string): Promise<string> {
  const path = join(directory, "source");
  await writeTree(path, { "app.yaml": "kind: ConfigMap\n" });
  return path;
}

function sample(file: string): string {
  return fileURLToPath(sampleKeyPath(file));
}

for (const command of KINDS) {
  const tools = [command, "cosign", "flux-verify"];

  for (
    const [format, expected] of [
      ["both", EVERYBODY],
      ["bundle", [true, false, true]],
      ["legacy", EVERYBODY],
    ] as const
  ) {
    toolTest(
      `cosign and Flux verify what push has signed (${format}) in ${command}, wherever it goes`,
      tools,
      async () => {
        await using directory = await tempDirectory();
        await using registry = await startRegistry(command);
        const app = `${registry.host}/acme/app`;
        const layout = join(directory.path, "layout");
        const args = [await source(directory.path), `oci://${app}`, `oci-layout:${layout}`, "--version", "1.0.0"];
        const key = ["--sign-key", sample("p256.pem"), "--sign-format", format];
        const { digest } = await push([...args, ...key]);
        await tool("cosign", [
          "verify",
          "--key",
          sample("p256.pub"),
          "--insecure-ignore-tlog=true",
          "--local-image",
          layout,
        ]);
        await gantryOk(["copy", `oci://${app}:1.0.0`, `oci://${registry.host}/acme/copied`, "--referrers"]);
        const bundle = `oci-archive:${join(directory.path, "bundle.tar")}`;
        await gantryOk(["export", `oci-layout:${layout}:1.0.0`, bundle]);
        await gantryOk(["copy", `oci-layout:${layout}:1.0.0`, `oci://${registry.host}/acme/laid`, "--referrers"]);
        const exported = `oci-archive:${join(directory.path, "exported.tar")}`;
        await gantryOk(["export", `oci://${app}:1.0.0`, exported]);
        await gantryOk(["import", exported, `oci://${registry.host}/mirror`, "--yes"]);
        const names = ["acme/app:1.0.0", "acme/copied:1.0.0", "acme/laid:1.0.0", "mirror/acme/app:1.0.0"];
        for (const repository of [...names, `acme/app@${digest}`, `mirror/acme/app@${digest}`]) {
          const reference = `${registry.host}/${repository}`;
          assert.deepEqual(await verifiers(reference, sample("p256.pub")), expected, repository);
          assert.deepEqual(await verifiers(reference, sample("p384.pub")), NOBODY, repository);
          await gantryOk(["verify", `oci://${reference}`, "--key", sample("p256.pub")]);
        }
        await gantryOk(["verify", bundle, "--key", sample("p256.pub")]);
      },
    );
  }

  toolTest(`cosign and Flux verify every kind of key that gantry signs with in ${command}`, tools, async () => {
    await using directory = await tempDirectory();
    await using registry = await startRegistry(command);
    const app = `${registry.host}/acme/app`;
    await push([await source(directory.path), `oci://${app}`, "--version", "1.0.0"]);
    for (const name of SAMPLE_KEYS) {
      assert.deepEqual(await verifiers(`${app}:1.0.0`, sample(`${name}.pub`)), NOBODY, name);
      await gantryOk(["sign", `oci://${app}:1.0.0`, "--key", sample(`${name}.pem`)]);
      assert.deepEqual(await verifiers(`${app}:1.0.0`, sample(`${name}.pub`)), EVERYBODY, name);
    }
  });

  toolTest(`cosign verifies the attestations that push and attach make in ${command}`, tools, async () => {
    await using directory = await tempDirectory();
    await using registry = await startRegistry(command);
    const app = `${registry.host}/acme/app`;
    const files = {
      "spdx.json": { spdxVersion: "SPDX-2.3", name: "app" },
      "cyclonedx.json": { bomFormat: "CycloneDX", specVersion: "1.6" },
      "vex.json": { "@context": "https://openvex.dev/ns/v0.2.0", statements: [] },
      "scan.json": { found: ["nothing"] },
    };
    await writeTree(
      directory.path,
      Object.fromEntries(Object.entries(files).map(([name, json]) => [name, JSON.stringify(json)])),
    );
    const at = (file: string): string => join(directory.path, file);
    const key = sample("p256.pem");
    await push([
      await source(directory.path),
      `oci://${app}`,
      "--version",
      "1.0.0",
      ...["--sign-key", key, "--provenance", "--sbom", at("spdx.json"), "--sbom", at("cyclonedx.json")],
      ...["--source", "https://git.example/acme/app", "--revision", "0".repeat(40)],
    ]);
    const attach = (file: string, type: string): Promise<unknown> =>
      gantryOk(["attach", `oci://${app}:1.0.0`, at(file), "--type", type, "--key", key]);
    await attach("vex.json", "vex");
    await attach("scan.json", "https://acme.example/scan/v1");
    const predicates: Record<string, unknown> = {};
    for (const type of ["slsaprovenance1", "spdxjson", "cyclonedx", "openvex", "https://acme.example/scan/v1"]) {
      const flags = ["--key", sample("p256.pub"), "--insecure-ignore-tlog=true", "--type", type];
      const said = await tool("cosign", ["verify-attestation", ...flags, `${app}:1.0.0`]);
      const { payload } = JSON.parse(said);
      predicates[type] = JSON.parse(atob(payload)).predicate;
      await gantryOk(["verify", `oci://${app}:1.0.0`, "--key", sample("p256.pub"), "--type", type]);
    }
    const { slsaprovenance1, ...others } = predicates;
    assert.deepEqual(Object.values(others), [
      files["spdx.json"],
      files["cyclonedx.json"],
      files["vex.json"],
      files["scan.json"],
    ]);
    const { buildDefinition } = slsaprovenance1 as { readonly buildDefinition: unknown };
    assert.deepEqual(buildDefinition, {
      buildType: "https://github.com/gantry/gantry/push/v1",
      externalParameters: {
        source: "https://git.example/acme/app",
        revision: "0".repeat(40),
        profile: "generic",
        options: { version: "1.0.0" },
      },
      resolvedDependencies: [{ uri: "git+https://git.example/acme/app", digest: { gitCommit: "0".repeat(40) } }],
    });
    // All of it is there already.
    const { stdout } = await gantryOk([
      "attach",
      `oci://${app}:1.0.0`,
      at("vex.json"),
      "--type",
      "vex",
      "--key",
      key,
      "-o",
      "json",
    ]);
    assert.deepEqual(JSON.parse(stdout).referrers, []);
  });
}

toolTest(
  "keys of cosign and of gantry are each other's",
  ["registry", "cosign", "flux-verify", "openssl"],
  async () => {
    await using directory = await tempDirectory();
    await using registry = await startRegistry("registry");
    const app = `${registry.host}/acme/app`;
    const { digest } = await push([await source(directory.path), `oci://${app}`, "--version", "1.0.0"]);

    // cosign's key, used by gantry.
    const theirs = await cosignKeys(directory.path, "theirs");
    const env = { COSIGN_PASSWORD: "" };
    await gantryOk(["sign", `oci://${app}:1.0.0`, "--key", theirs.private], { env });
    assert.deepEqual(await verifiers(`${app}:1.0.0`, theirs.public), EVERYBODY);

    // gantry's key, used by cosign; then gantry adds the form that cosign did not write, and no more.
    const ours = join(directory.path, "ours");
    await gantryOk(["keygen", ours], { env: PASSWORD });
    const keys = { private: `${ours}.key`, public: `${ours}.pub`, password: PASSWORD.COSIGN_PASSWORD };
    await cosignSign(`${app}@${digest}`, keys);
    assert.deepEqual(await verifiers(`${app}:1.0.0`, keys.public), [true, false, true]);
    const signing = ["sign", `oci://${app}:1.0.0`, "--key", keys.private, "-o", "json"];
    const first = JSON.parse((await gantryOk(signing, { env: PASSWORD })).stdout);
    assert.deepEqual(first.signatures.map(({ format }: { readonly format: string }) => format), ["legacy"]);
    assert.deepEqual(await verifiers(`${app}:1.0.0`, keys.public), EVERYBODY);
    assert.deepEqual(JSON.parse((await gantryOk(signing, { env: PASSWORD })).stdout).signatures, []);

    // A key without a password is one for openssl, too.
    const plain = join(directory.path, "plain");
    const { stderr } = await gantryOk(["keygen", plain, "--no-password"]);
    assert.match(stderr, /Nothing protects .*plain\.key but its mode/);
    const derived = await tool("openssl", ["pkey", "-in", `${plain}.key`, "-pubout"]);
    assert.equal(derived, await Deno.readTextFile(`${plain}.pub`));
    const refused = await gantry(["keygen", plain, "--no-password"]);
    assert.deepEqual([refused.code, await Deno.readTextFile(`${plain}.pub`)], [2, derived]);
  },
);

toolTest("the example of a signer that has its key in openssl signs for cosign and Flux", [
  "registry",
  "cosign",
  "flux-verify",
  "openssl",
], async () => {
  await using directory = await tempDirectory();
  await using registry = await startRegistry("registry");
  const app = `${registry.host}/acme/app`;
  const script = fileURLToPath(new URL("../../../examples/signers/openssl.sh", import.meta.url));
  const env = { PATH: Deno.env.get("PATH") ?? "" };
  const args = [await source(directory.path), `oci://${app}`, "--version", "1.0.0"];
  const key = `exec:${script} ${sample("p256.pem")}`;
  const { digest } = await push([...args, "--sign-key", key], { env });
  assert.deepEqual(await verifiers(`${app}:1.0.0`, sample("p256.pub")), EVERYBODY);
  // openssl signs with chance, so each signature is another one; what is there counts all the same.
  const before = JSON.parse(
    (await gantryOk(["inspect", `oci://${app}@${digest}`, "--referrers", "-o", "json"])).stdout,
  );
  await push([...args, "--sign-key", key], { env });
  await gantryOk(["sign", `oci://${app}:1.0.0`, "--key", key], { env });
  const after = JSON.parse((await gantryOk(["inspect", `oci://${app}@${digest}`, "--referrers", "-o", "json"])).stdout);
  assert.deepEqual(after.referrers, before.referrers);
});

/** Programs that stand in for those of a KMS: they take what the real ones take of it, and no other word. */
const STAND_INS: readonly (readonly [
  what: string,
  signer: string,
  program: string,
  tools: readonly string[],
  lines: readonly string[],
])[] = [
  ["AWS KMS", "aws_kms.sh alias/release", "aws", [], [
    'case "$*" in',
    '  "kms get-public-key --key-id alias/release --query PublicKey --output text")',
    `    openssl pkey -pubin -in ${sample("p256.pub")} -outform DER | base64 -w 0 ;;`,
    '  "kms sign --key-id alias/release --message fileb://"*" --message-type DIGEST "' +
    '"--signing-algorithm ECDSA_SHA_256 --query Signature --output text")',
    '    file=${6#fileb://}; [ "$(wc -c < "$file")" -eq 32 ] || exit 3',
    `    openssl pkeyutl -sign -inkey ${sample("p256.pem")} -in "$file" | base64 -w 0 ;;`,
    '  *) echo "unknown: $*" >&2; exit 252 ;;',
    "esac",
  ]],
  ["Vault", "vault.sh release", "vault", ["jq"], [
    'case "$*" in',
    '  "read -format=json transit/keys/release")',
    `    jq -n --rawfile new ${sample("p256.pub")} --rawfile old ${sample("p384.pub")} \\`,
    '      \'{data: {latest_version: 2, keys: {"1": {public_key: $old}, "2": {public_key: $new}}}}\' ;;',
    '  "write -field=signature transit/sign/release/sha2-256 marshaling_algorithm=asn1 input=-")',
    `    printf 'vault:v2:%s' "$(base64 -d | openssl dgst -sha256 -sign ${sample("p256.pem")} | base64 -w 0)" ;;`,
    '  *) echo "unknown: $*" >&2; exit 2 ;;',
    "esac",
  ]],
];

for (const [what, signer, program, tools, lines] of STAND_INS) {
  toolTest(`the example of a signer that has its key in ${what} signs for cosign and Flux`, [
    "registry",
    "cosign",
    "flux-verify",
    "openssl",
    ...tools,
  ], async () => {
    await using directory = await tempDirectory();
    await using registry = await startRegistry("registry");
    const app = `${registry.host}/acme/app`;
    await writeScript(join(directory.path), program, ...lines);
    const example = fileURLToPath(new URL("../../../examples/signers/", import.meta.url));
    const path = await writeScript(
      directory.path,
      "signer.sh",
      `PATH=${directory.path}:$PATH exec ${example}${signer.split(" ")[0]} "$@"`,
    );
    const key = `exec:${path} ${signer.split(" ")[1]}`;
    const args = [await source(directory.path), `oci://${app}`, "--version", "1.0.0"];
    await push([...args, "--sign-key", key], { env: { PATH: Deno.env.get("PATH") ?? "" } });
    assert.deepEqual(await verifiers(`${app}:1.0.0`, sample("p256.pub")), EVERYBODY);
  });
}

for (const command of KINDS) {
  toolTest(`signers at the same time lose no signature in ${command}`, [command], async () => {
    await using directory = await tempDirectory();
    await using registry = await startRegistry(command);
    const path = await source(directory.path);
    for (const round of ["one", "two", "three"]) {
      const app = `oci://${registry.host}/acme/${round}`;
      await push([path, app, "--version", "1.0.0"]);
      await Promise.all(SAMPLE_KEYS.map((name) => gantryOk(["sign", `${app}:1.0.0`, "--key", sample(`${name}.pem`)])));
      for (const name of SAMPLE_KEYS) {
        const { stdout } = await gantryOk(["verify", `${app}:1.0.0`, "--key", sample(`${name}.pub`), "-o", "json"]);
        const [{ signatures }] = JSON.parse(stdout).artifacts;
        const formats = signatures.map(({ format }: { readonly format: string }) => format).sort();
        assert.deepEqual(formats, ["bundle", "legacy"], `${round}: ${name}`);
      }
    }
  });
}
