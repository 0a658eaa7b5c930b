import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { formatPublicKey, KeyError, parsePublicKey } from "../../src/sign/public_key.ts";
import { sampleKey } from "../support/sample_keys.ts";

/** What `openssl pkey -pubin -outform DER | sha256sum` says. */
const KEYS: readonly (readonly [name: string, kind: string, hint: string])[] = [
  ["p256", "P-256", "sGDHwLI5p6lNI/Fd5jHawIky6on6tlTNgC01tOPKAk4="],
  ["p384", "P-384", "pGjnoDplv/Q1NDSx0NxaUy17in5FSTWlPlyOzVxMnPI="],
  ["rsa2048", "RSA", "fhrdPRZ4oKKFgaNQ/Ue2iRKoqnYrrW1fSxhsU5NchGk="],
  ["ed25519", "Ed25519", "PSc7dGC0nfXnkpg8ypv90beHtxpZKEzQXZMlsndbEqs="],
];

for (const [name, kind, hint] of KEYS) {
  Deno.test(`parsePublicKey() reads ${kind} and names it as everybody does`, () => {
    const key = parsePublicKey(sampleKey(`${name}.pub`));
    assert.equal(key.kind, kind);
    assert.equal(key.hint, hint);
    assert.equal(formatPublicKey(key), sampleKey(`${name}.pub`));
  });
}

Deno.test("parsePublicKey() reads an RSA key as PKCS#1 has it, and text around the key", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pkcs1 = publicKey.export({ type: "pkcs1", format: "pem" });
  const key = parsePublicKey(`The key of the release team\r\n${String(pkcs1).replaceAll("\n", "\r\n")}\r\n`);
  assert.equal(formatPublicKey(key), publicKey.export({ type: "spki", format: "pem" }));
});

const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" });
const p256 = sampleKey("p256.pub");

const REFUSED: readonly (readonly [name: string, pem: string, reason: RegExp])[] = [
  ["a private key", sampleKey("p256.pem"), /^it is a private key, where the public one is needed$/],
  ["a P-521 key", sampleKey("p521.pub"), /^it is a key of the curve P-521, which cosign and Flux do not verify; P-256/],
  ["a short RSA key", String(weak), /^it is an RSA key of 1024 bits, and 2048 is the least/],
  ["no PEM", "ssh-ed25519 AAAA", /^it has no key in PEM/],
  ["nothing", "", /^it has no key in PEM/],
  ["two keys", p256 + p256, /^it has 2 blocks of PEM/],
  ["a certificate", p256.replaceAll("PUBLIC KEY", "CERTIFICATE"), /^it is a CERTIFICATE, and no PUBLIC KEY$/],
  ["what is no Base64", p256.replace("M", "*"), /is not Base64$/],
  ["half of a key", p256.replace(/\n(.{20}).*\n/, "\n$1\n"), /^it has a key that cannot be read: /],
];

for (const [name, pem, reason] of REFUSED) {
  Deno.test(`parsePublicKey() refuses ${name}`, () => {
    assert.throws(() => parsePublicKey(pem), (error) => error instanceof KeyError && reason.test(error.message));
  });
}
