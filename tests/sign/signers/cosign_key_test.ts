import assert from "node:assert/strict";
import { encryptCosignKey, openCosignKey } from "../../../src/sign/signers/cosign_key.ts";
import { parsePem } from "../../../src/sign/formats/pem.ts";
import { sampleKey } from "../../support/sample_keys.ts";

const der = new TextEncoder().encode("a key");
const random = (size: number): Uint8Array => new Uint8Array(size).fill(7);

Deno.test("openCosignKey() reads what encryptCosignKey() writes", async () => {
  const block = await encryptCosignKey(der, { password: "pässword", random });
  assert.equal(block.label, "ENCRYPTED SIGSTORE PRIVATE KEY");
  assert.deepEqual(await openCosignKey(block, "pässword"), der);
  await assert.rejects(openCosignKey(block, "password"), {
    name: "KeyError",
    message: "the password is wrong, or the file is damaged",
  });
});

const [block] = parsePem(sampleKey("cosign.key"));
// deno-lint-ignore no-explicit-any -- a test takes it apart as it likes
const json: any = JSON.parse(new TextDecoder().decode(block?.bytes));

function changed(change: object): { label: string; bytes: Uint8Array<ArrayBuffer> } {
  return { label: "", bytes: new TextEncoder().encode(JSON.stringify({ ...json, ...change })) };
}

function scrypt(params: object): ReturnType<typeof changed> {
  return changed({ kdf: { ...json.kdf, params: { ...json.kdf.params, ...params } } });
}

const BAD: readonly (readonly [what: string, block: ReturnType<typeof changed>, reason: RegExp])[] = [
  ["another way to make a key", changed({ kdf: { ...json.kdf, name: "argon2id" } }), /has no scrypt$/],
  ["another cipher", changed({ cipher: { name: "aes" } }), /has no nacl\/secretbox$/],
  ["a short nonce", changed({ cipher: { ...json.cipher, nonce: "AQID" } }), /has no nonce|a nonce of 24 bytes$/],
  ["no Base64", changed({ ciphertext: "*" }), /has no Base64$/],
  ["work for a day", scrypt({ N: 2 ** 30 }), /asks scrypt for N=1073741824, r=8, p=1, which is more than any tool/],
  ["much memory", scrypt({ r: 4096 }), /asks scrypt for N=65536, r=4096, p=1/],
  ["many repetitions", scrypt({ p: 1000 }), /asks scrypt for N=65536, r=8, p=1000/],
  ["work that is no power of two", scrypt({ N: 65535 }), /parameters that make sense$/],
  ["work below nothing", scrypt({ N: -2 }), /parameters that make sense$/],
  ["no JSON", { label: "", bytes: der }, /holds no JSON$/],
];

for (const [what, bad, reason] of BAD) {
  Deno.test(`openCosignKey() refuses ${what} before it does any work`, async () => {
    await assert.rejects(openCosignKey(bad, "x"), { name: "KeyError", message: reason });
  });
}
