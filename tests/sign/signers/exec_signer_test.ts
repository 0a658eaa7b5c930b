/** Programs that sign, and programs that only say so. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execSigner, type ExecSignerOptions, SIGNER_TIME_LIMIT } from "../../../src/sign/signers/exec_signer.ts";
import { verifySignature } from "../../../src/sign/verify_signature.ts";
import { type Clock, SYSTEM_CLOCK } from "../../../src/system/clock.ts";
import { sampleKeyPath } from "../../support/sample_keys.ts";
import { writeScript } from "../../support/script.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";

const bytes = Uint8Array.from([0, 255, 10, 13, 0]);
const key = fileURLToPath(sampleKeyPath("p256.pem"));
const pub = fileURLToPath(sampleKeyPath("p256.pub"));
const PUBLIC = `[ "$1" = public-key ] && exec cat ${pub}`;

function options(more: Partial<ExecSignerOptions> = {}): ExecSignerOptions & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const log = { debug: (): void => {}, info: (text: string): void => void lines.push(text), warn: (): void => {} };
  return { path: Deno.env.get("PATH"), hidden: [], signal: new AbortController().signal, log, lines, ...more };
}

async function signedBy(script: readonly string[], more?: Partial<ExecSignerOptions>): Promise<Uint8Array> {
  await using directory = await tempDirectory();
  const given = options(more);
  const signer = await execSigner(await writeScript(directory.path, "signer.sh", ...script), given);
  const signature = await signer.sign(bytes, given.signal);
  assert.ok(verifySignature({ bytes, signature }, signer.publicKey));
  return signature;
}

toolTest("execSigner() takes a signature as it is, and in Base64", ["openssl"], async () => {
  const raw = await signedBy([PUBLIC, `exec openssl dgst -sha256 -sign ${key}`]);
  assert.equal(raw[0], 0x30);
  const coded = await signedBy([PUBLIC, `openssl dgst -sha256 -sign ${key} | base64 -w 20`]);
  assert.equal(coded[0], 0x30);
});

toolTest("execSigner() gives a program its arguments, and what it says to people", ["openssl"], async () => {
  await using directory = await tempDirectory();
  const given = options();
  const script = await writeScript(
    directory.path,
    "signer.sh",
    'echo "$@" >&2',
    PUBLIC,
    `exec openssl dgst -sha256 -sign ${key}`,
  );
  const signer = await execSigner(`${script} alias/release  eu`, given);
  assert.equal(signer.name, `exec:${script} alias/release  eu`);
  await signer.sign(bytes, given.signal);
  assert.deepEqual(given.lines, [
    `${signer.name}: public-key alias/release eu`,
    `${signer.name}: sign alias/release eu`,
  ]);
});

Deno.test("execSigner() gives a program the environment, but no secret that is not its own", async () => {
  await using directory = await tempDirectory();
  const given = options({ hidden: ["HOME"] });
  const script = await writeScript(directory.path, "signer.sh", 'echo "home=$HOME path=${PATH:+set}" >&2', PUBLIC);
  const { name } = await execSigner(script, given);
  assert.deepEqual(given.lines, [`${name}: home= path=set`]);
});

const LIARS: readonly (readonly [what: string, script: readonly string[], reason: RegExp])[] = [
  ["garbage", [PUBLIC, "echo garbage"], /: what it gave is no signature of these bytes by its key$/],
  ["nothing", [PUBLIC, "exit 0"], /: it gave nothing$/],
  [
    "an error",
    [PUBLIC, "echo The token has expired >&2", "exit 3"],
    /: it ended with exit code 3; [^]*The token has expired/,
  ],
  ["no end of it", [PUBLIC, "exec yes"], /more than 65536 bytes to standard output$/],
  ["its own death", [PUBLIC, "kill -9 $$"], /: it was killed by SIGKILL/],
];

for (const [what, script, reason] of LIARS) {
  Deno.test(`execSigner() refuses a program that gives ${what} for a signature`, async () => {
    await assert.rejects(signedBy(script), { message: reason });
  });
}

toolTest("execSigner() refuses a program that signs with another key than it says", ["openssl"], async () => {
  const other = fileURLToPath(sampleKeyPath("p384.pem"));
  await assert.rejects(signedBy([PUBLIC, `exec openssl dgst -sha256 -sign ${other}`]), {
    message: /: what it gave is no signature of these bytes by its key$/,
  });
});

const KEYLESS: readonly (readonly [what: string, script: readonly string[], reason: RegExp])[] = [
  ["no key", ["echo nothing here"], /^Cannot use the public key of "exec:.*signer\.sh": it has no key in PEM/],
  ["its private key", [`cat ${key}`], /: it is a private key, where the public one is needed$/],
  ["an error", ["exit 1"], /^Cannot get the public key of "exec:.*": it ended with exit code 1 and said nothing/],
];

for (const [what, script, reason] of KEYLESS) {
  Deno.test(`execSigner() refuses a program that gives ${what} for a public key`, async () => {
    await assert.rejects(signedBy(script), { message: reason });
  });
}

Deno.test("execSigner() ends a program that hangs", async () => {
  const limits: number[] = [];
  // The time is up when it is asked to sign, not before.
  const clock: Clock = {
    ...SYSTEM_CLOCK,
    timer(milliseconds, run): () => void {
      limits.push(milliseconds);
      if (limits.length > 1) run();
      return () => {};
    },
  };
  await assert.rejects(signedBy([PUBLIC, "sleep 600"], { clock }), {
    message: /^Cannot sign with "exec:.*": it did not end within 60 s$/,
  });
  assert.deepEqual(limits, [SIGNER_TIME_LIMIT, SIGNER_TIME_LIMIT]);
});

Deno.test("execSigner() says that there is no such program, and that none is named", async () => {
  await assert.rejects(execSigner("no-such-signer", options()), {
    message: /^Cannot find the program "no-such-signer"/,
  });
  await assert.rejects(execSigner(" ", options()), { message: 'Cannot sign with "exec: ": it names no program' });
});
