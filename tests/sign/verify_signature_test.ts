import assert from "node:assert/strict";
import { parsePublicKey } from "../../src/sign/public_key.ts";
import { verifySignature } from "../../src/sign/verify_signature.ts";
import { SAMPLE_KEYS, sampleKey, signWith } from "../support/sample_keys.ts";

const bytes = new TextEncoder().encode("what is signed");

for (const name of SAMPLE_KEYS) {
  const key = parsePublicKey(sampleKey(`${name}.pub`));
  const signature = signWith(name, bytes);

  Deno.test(`verifySignature() takes a signature by ${key.kind} for what it is`, () => {
    assert.equal(verifySignature({ bytes, signature }, key), true);
  });

  Deno.test(`verifySignature() says no to anything else with ${key.kind}`, () => {
    const others = SAMPLE_KEYS.filter((other) => other !== name).map((other) => signWith(other, bytes));
    const broken = [signature.subarray(1), new Uint8Array(), new Uint8Array(signature.byteLength), ...others];
    for (const wrong of broken) assert.equal(verifySignature({ bytes, signature: wrong }, key), false);
    assert.equal(verifySignature({ bytes: bytes.subarray(1), signature }, key), false);
  });
}
