import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatPublicKey, KeyError } from "../../../src/sign/public_key.ts";
import { openSigners, type SignerMeans } from "../../../src/sign/signers/open_signers.ts";
import { programOfKey } from "../../../src/sign/signers/program_of_key.ts";
import { verifySignature } from "../../../src/sign/verify_signature.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { sampleKey, sampleKeyPath } from "../../support/sample_keys.ts";

const PASSWORD = "s3cret-pass";
const path = (file: string): string => fileURLToPath(sampleKeyPath(file));

interface Told {
  readonly means: SignerMeans;
  readonly warnings: readonly string[];
}

function meansWith(
  env: Readonly<Record<string, string>> = {},
  more: Partial<Pick<SignerMeans, "password">> = {},
): Told {
  const warnings: string[] = [];
  const log = { debug: (): void => {}, info: (): void => {}, warn: (text: string): void => void warnings.push(text) };
  const { signal } = new AbortController();
  return { means: { env: (name) => env[name], signal, log, ...more }, warnings };
}

const KEYS: readonly (readonly [what: string, file: string, pub: string])[] = [
  ["P-256 as PKCS#8", "p256.pem", "p256.pub"],
  ["P-256 as SEC1", "p256_sec1.pem", "p256.pub"],
  ["P-256 as SEC1 after its parameters", "p256_parameters.pem", "p256.pub"],
  ["P-384", "p384.pem", "p384.pub"],
  ["RSA as PKCS#8", "rsa2048.pem", "rsa2048.pub"],
  ["RSA as PKCS#1", "rsa_pkcs1.pem", "rsa2048.pub"],
  ["Ed25519", "ed25519.pem", "ed25519.pub"],
  ["cosign's encrypted file", "cosign.key", "cosign.pub"],
  ["what cosign 1 wrote", "cosign_old.key", "cosign.pub"],
];

for (const [what, file, pub] of KEYS) {
  Deno.test(`openSigners() signs with ${what}`, async () => {
    const { means } = meansWith({ COSIGN_PASSWORD: PASSWORD });
    const [signer, ...others] = await openSigners([path(file)], means);
    assert.ok(signer !== undefined && others.length === 0);
    assert.equal(formatPublicKey(signer.publicKey), sampleKey(pub));
    const bytes = new TextEncoder().encode("bytes");
    const signature = await signer.sign(bytes, means.signal);
    assert.ok(verifySignature({ bytes, signature }, signer.publicKey));
    // The runtime's ECDSA is deterministic, so the same source gives the same referrers.
    assert.deepEqual(await signer.sign(bytes, means.signal), signature);
  });
}

Deno.test("openSigners() takes a key from the environment, and the same key twice as one", async () => {
  const { means } = meansWith({ SIGNING_KEY: sampleKey("p256.pem") });
  const signers = await openSigners(["env://SIGNING_KEY", path("p256_sec1.pem"), path("p384.pem")], means);
  assert.deepEqual(signers.map(({ name }) => name), ["env://SIGNING_KEY", path("p384.pem")]);
});

Deno.test("openSigners() asks for a password when the environment has none", async () => {
  const asked: string[] = [];
  const { means } = meansWith({}, {
    password: (key) => {
      asked.push(key);
      return Promise.resolve(PASSWORD);
    },
  });
  assert.equal((await openSigners([path("cosign.key"), path("p256.pem")], means)).length, 2);
  assert.deepEqual(asked, [path("cosign.key")]);
});

Deno.test("openSigners() tells of every key and password that it reads", async () => {
  const hidden: string[] = [];
  const { means } = meansWith({ KEY: sampleKey("p256.pem"), COSIGN_PASSWORD: PASSWORD });
  await openSigners(["env://KEY", path("cosign.key")], { ...means, hide: (secret) => void hidden.push(secret) });
  assert.deepEqual(hidden, [sampleKey("p256.pem"), sampleKey("cosign.key"), PASSWORD]);
});

Deno.test("openSigners() warns of a file that anybody may read, and of no other", async () => {
  await using directory = await tempDirectory();
  const file = join(directory.path, "key.pem");
  const { means, warnings } = meansWith();
  for (const [mode, count] of [[0o600, 0], [0o640, 0], [0o644, 1]] as const) {
    await Deno.writeTextFile(file, sampleKey("p256.pem"));
    await Deno.chmod(file, mode);
    await openSigners([file], means);
    assert.equal(warnings.length, count, mode.toString(8));
  }
  assert.equal(
    warnings[0],
    `Anybody on this machine may read the private key ${JSON.stringify(file)}: chmod 600 keeps it private`,
  );
});

Deno.test("openSigners() says that a public key is one, and nothing of who may read it", async () => {
  await using directory = await tempDirectory();
  const file = join(directory.path, "release.pub");
  await Deno.writeTextFile(file, sampleKey("p256.pub"), { mode: 0o644 });
  const { means, warnings } = meansWith();
  await assert.rejects(openSigners([file], means), {
    message: `Cannot sign with ${JSON.stringify(file)}: it is a public key, where the private one is needed`,
  });
  assert.deepEqual(warnings, []);
});

const damaged = sampleKey("p256.pem").replace(/\n(.{20}).*\n/, "\n$1\n");

const REFUSED: readonly (readonly [what: string, key: string, reason: RegExp])[] = [
  ["a public key", "p256.pub", /it is a public key, where the private one is needed$/],
  ["a P-521 key", "p521.pem", /it is a key of the curve P-521, which cosign and Flux do not verify; P-256/],
  ["another encryption", "pkcs8_encrypted.pem", /it is encrypted in another way than cosign's; `openssl pkey/],
  ["an old encryption", "sec1_encrypted.pem", /it is encrypted in another way than cosign's; `openssl pkey/],
  ["no file", "missing.pem", /^Cannot read the private key ".*missing\.pem": there is no such file or directory$/],
];

for (const [what, key, reason] of REFUSED) {
  Deno.test(`openSigners() refuses ${what} with a sentence`, async () => {
    await assert.rejects(openSigners([path(key)], meansWith().means), (error) => {
      return error instanceof KeyError && reason.test(error.message) && error.message.includes(key);
    });
  });
}

Deno.test("openSigners() quotes nothing of a key that it cannot read", async () => {
  const { means } = meansWith({ KEY: damaged, NOT_BASE64: damaged.replace("M", "*"), EMPTY: "" });
  const messages: string[] = [];
  for (const key of ["env://KEY", "env://NOT_BASE64", "env://EMPTY", "env://MISSING"]) {
    const error = await openSigners([key], means).then(() => assert.fail(), (error) => error);
    assert.ok(error instanceof KeyError && error.cause === undefined);
    messages.push(error.message);
  }
  assert.deepEqual(messages, [
    'Cannot sign with "env://KEY": it has a key that cannot be read',
    'Cannot sign with "env://NOT_BASE64": what it says between the lines of PRIVATE KEY is not Base64',
    'Cannot sign with "env://EMPTY": the environment variable is not set',
    'Cannot sign with "env://MISSING": the environment variable is not set',
  ]);
});

const PASSWORDS: readonly (readonly [what: string, env: Readonly<Record<string, string>>, reason: RegExp])[] = [
  ["a wrong password", { COSIGN_PASSWORD: "wrong" }, /: the password is wrong, or the file is damaged$/],
  ["an empty password", { COSIGN_PASSWORD: "" }, /: the password is wrong, or the file is damaged$/],
  ["no password", {}, /: it is encrypted, and COSIGN_PASSWORD is not set$/],
];

for (const [what, env, reason] of PASSWORDS) {
  Deno.test(`openSigners() says that there is ${what}`, async () => {
    await assert.rejects(openSigners([path("cosign.key")], meansWith(env).means), {
      name: "KeyError",
      message: reason,
    });
  });
}

Deno.test("programOfKey() tells a program from everything else", () => {
  assert.equal(programOfKey("exec:./kms.sh alias/release"), "./kms.sh");
  assert.deepEqual(["./key.pem", "env://KEY"].map(programOfKey), [undefined, undefined]);
});
