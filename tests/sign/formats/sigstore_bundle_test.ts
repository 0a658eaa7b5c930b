import assert from "node:assert/strict";
import { encodeSigstoreBundle, parseSigstoreBundle } from "../../../src/sign/formats/sigstore_bundle.ts";

const statement = new TextEncoder().encode('{"a":1}');
const signature = Uint8Array.of(1, 2, 3);
const bytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

Deno.test("encodeSigstoreBundle() writes a bundle of version 0.3 around a DSSE envelope", () => {
  const bundle = encodeSigstoreBundle({ statement, signature, material: { publicKey: { hint: "aGludA==" } } });
  assert.equal(
    new TextDecoder().decode(bundle),
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",' +
      '"verificationMaterial":{"publicKey":{"hint":"aGludA=="}},' +
      '"dsseEnvelope":{"payload":"eyJhIjoxfQ==","payloadType":"application/vnd.in-toto+json",' +
      '"signatures":[{"sig":"AQID"}]}}',
  );
});

Deno.test("parseSigstoreBundle() reads what encodeSigstoreBundle() writes", () => {
  const { json: _, ...bundle } = parseSigstoreBundle(
    encodeSigstoreBundle({ statement, signature, material: { publicKey: { hint: "h" } } }),
  );
  assert.deepEqual(bundle, {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    payloadType: "application/vnd.in-toto+json",
    payload: statement,
    signature,
    hint: "h",
  });
});

const GOOD = {
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  verificationMaterial: { certificate: { rawBytes: "AQ==" }, tlogEntries: [{ logIndex: "1" }] },
  dsseEnvelope: { payload: "e30=", payloadType: "t", signatures: [{ sig: "AQ==", keyid: "" }] },
};

Deno.test("parseSigstoreBundle() reads a certificate, and keeps what else there is", () => {
  const { certificate, hint, json } = parseSigstoreBundle(bytes(GOOD));
  assert.deepEqual(certificate, Uint8Array.of(1));
  assert.equal(hint, undefined);
  assert.deepEqual(json, GOOD);
});

const { dsseEnvelope, verificationMaterial } = GOOD;
const BAD: readonly (readonly [name: string, json: unknown, reason: RegExp])[] = [
  ["version 0.2", { ...GOOD, mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.2" }, /0\.3 or later/],
  ["no bundle", { payload: "" }, /no sigstore bundle/],
  ["a signed message", { ...GOOD, dsseEnvelope: undefined, messageSignature: {} }, /no DSSE envelope/],
  ["a signed message beside an envelope", { ...GOOD, messageSignature: {} }, /of a message beside its envelope/],
  ["two signatures", { ...GOOD, dsseEnvelope: { ...dsseEnvelope, signatures: [{}, {}] } }, /not exactly one signature/],
  ["no signature", { ...GOOD, dsseEnvelope: { ...dsseEnvelope, signatures: [] } }, /not exactly one signature/],
  [
    "a payload that is no Base64",
    { ...GOOD, dsseEnvelope: { ...dsseEnvelope, payload: "a" } },
    /payload is not Base64/,
  ],
  ["no type of the payload", { ...GOOD, dsseEnvelope: { ...dsseEnvelope, payloadType: 1 } }, /payload has no type/],
  ["no material", { ...GOOD, verificationMaterial: undefined }, /no verification material/],
  [
    "a certificate that is no Base64",
    { ...GOOD, verificationMaterial: { ...verificationMaterial, certificate: { rawBytes: "*" } } },
    /certificate is not Base64/,
  ],
];

for (const [name, json, reason] of BAD) {
  Deno.test(`parseSigstoreBundle() refuses ${name}`, () => {
    assert.throws(() => parseSigstoreBundle(bytes(json)), { name: "SyntaxError", message: reason });
  });
}
