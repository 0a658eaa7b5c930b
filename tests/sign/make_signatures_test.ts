import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { attachmentsOf } from "../../src/pipeline/bring_to_targets.ts";
import { makeAttestations } from "../../src/sign/make_attestations.ts";
import { type MadeSignatures, makeSignatures, type SigningPlace } from "../../src/sign/make_signatures.ts";
import { parsePublicKey } from "../../src/sign/public_key.ts";
import type { SignFormat } from "../../src/sign/sign_format.ts";
import type { Signer } from "../../src/sign/signers/signer.ts";
import { bring as bringTo } from "../../src/store/bring.ts";
import type { Store } from "../../src/store/store.ts";
import { sampleArtifact } from "../layout/sample_artifact.ts";
import { testContext } from "../layout/test_context.ts";
import { memoryStore } from "../support/memory_store.ts";
import { sampleKey, signWith } from "../support/sample_keys.ts";

const SUBJECT = sampleArtifact("subject").manifest.descriptor;
const subject: Digest = SUBJECT.digest;

/** A signer whose signatures differ each time, as those of many a KMS do. */
function signer(name: string): Signer & { readonly count: () => number } {
  let count = 0;
  return {
    name,
    publicKey: parsePublicKey(sampleKey(`${name}.pub`)),
    sign(bytes): Promise<Uint8Array<ArrayBuffer>> {
      count++;
      return Promise.resolve(signWith(name, bytes));
    },
    count: () => count,
  };
}

async function made(
  signers: readonly Signer[],
  places: readonly SigningPlace[],
  format: SignFormat = "both",
): Promise<MadeSignatures> {
  const signing = { subject, created: undefined, reference: "", format };
  return await makeSignatures(signing, signers, places, { context: testContext(), concurrency: 2 });
}

async function bring(store: Store, { referrers, layers }: Omit<MadeSignatures, "warnings">): Promise<void> {
  const companions = layers.length === 0 ? [] : [{ ending: "sig", layers } as const];
  const attachments = attachmentsOf({ referrers, companions }, SUBJECT);
  await bringTo(store, attachments, { context: testContext(), concurrency: 1 });
}

Deno.test("makeSignatures() makes nothing that is there, and asks no signer for it", async () => {
  const store = memoryStore();
  const [a, b] = [signer("p256"), signer("p384")];
  await bring(store, await made([a], [{ name: "place", store }]));
  assert.equal(a.count(), 2);
  const again = await made([a, b], [{ name: "place", store }]);
  assert.deepEqual([a.count(), b.count(), again.referrers.length, again.layers.length], [2, 2, 1, 1]);
  await bring(store, again);
  const last = await made([a, b], [{ name: "place", store }]);
  assert.deepEqual([last.referrers, last.layers, a.count(), b.count()], [[], [], 2, 2]);
});

Deno.test("makeSignatures() makes the form that is missing alone", async () => {
  const store = memoryStore();
  const key = signer("p256");
  await bring(store, await made([key], [{ name: "place", store }], "legacy"));
  const { referrers, layers } = await made([key], [{ name: "place", store }]);
  assert.deepEqual([referrers.length, layers.length], [1, 0]);
});

Deno.test("makeSignatures() makes what one of several places has not", async () => {
  const store = memoryStore();
  const key = signer("p256");
  await bring(store, await made([key], [{ name: "place", store }]));
  const { referrers, layers } = await made([key], [{ name: "place", store }, { name: "new" }]);
  assert.deepEqual([referrers.length, layers.length], [1, 1]);
});

Deno.test("makeSignatures() takes no attestation by the same key for a signature", async () => {
  const store = memoryStore();
  const key = signer("p256");
  const means = { signers: [key], places: [{ name: "place", store }], concurrency: 1 };
  const attestation = { predicateType: "https://acme.example/scan", predicate: "{}" };
  const attesting = { subject, created: undefined };
  const { referrers } = await makeAttestations([attestation], attesting, means, testContext());
  await bring(store, { referrers, layers: [] });
  assert.equal((await made([key], [{ name: "place", store }])).referrers.length, 1);
  // The same to the letter is there; another one of the same type is not.
  assert.deepEqual((await makeAttestations([attestation], attesting, means, testContext())).referrers, []);
  const other = { ...attestation, predicate: '{"a":1}' };
  assert.equal((await makeAttestations([other], attesting, means, testContext())).referrers.length, 1);
});

Deno.test("makeSignatures() makes bundles whatever stands behind the tag", async () => {
  const bytes = new TextEncoder().encode('{"schemaVersion":2,"manifests":[]}');
  const { descriptor } = bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes);
  const store: Store = { ...memoryStore(), fetchManifest: () => Promise.resolve({ descriptor, bytes }) };
  const { referrers } = await made([signer("p256")], [{ name: "place", store }], "bundle");
  assert.equal(referrers.length, 1);
});

Deno.test("makeSignatures() fails where it cannot tell what is there", async () => {
  const store: Store = {
    ...memoryStore(),
    fetchManifest: () => Promise.reject(new Error("Cannot reach the registry")),
  };
  await assert.rejects(made([signer("p256")], [{ name: "place", store }]), { message: "Cannot reach the registry" });
});

const NEW = /^cosign 3 and Flux 2\.8 and later find a bundle at place, so they never look/;
const OLD =
  /^cosign 2, Flux 2\.7 and earlier, .* look behind the tag .* alone, and find no signature by this key at place$/;
const LOST =
  /^With a bundle at place, cosign 3 and Flux 2\.8 and later no longer look at the signatures behind the tag/;

const MIXED: readonly (readonly [
  what: string,
  there: readonly (readonly [key: string, format: SignFormat])[],
  wanted: readonly [key: string, format: SignFormat],
  warnings: readonly RegExp[],
])[] = [
  ["both forms of a new artifact", [], ["p256", "both"], []],
  ["an old form alone", [], ["p256", "legacy"], []],
  ["a bundle alone", [], ["p256", "bundle"], [OLD]],
  ["an old form beside a bundle", [["p384", "bundle"]], ["p256", "legacy"], [NEW]],
  ["both forms beside those of another key", [["p384", "both"]], ["p256", "both"], []],
  ["a bundle beside the old form of another key", [["p384", "legacy"]], ["p256", "both"], [LOST]],
  ["a bundle beside the old form of the same key", [["p256", "legacy"]], ["p256", "bundle"], []],
];

for (const [what, there, [name, format], expected] of MIXED) {
  Deno.test(`makeSignatures() says which verifiers find nothing: ${what}`, async () => {
    const store = memoryStore();
    for (const [key, form] of there) await bring(store, await made([signer(key)], [{ name: "place", store }], form));
    const { warnings } = await made([signer(name)], [{ name: "place", store }], format);
    assert.equal(warnings.length, expected.length, warnings.join("\n"));
    warnings.forEach((warning, at) => assert.match(warning, expected[at] ?? /^$/));
  });
}

Deno.test("makeAttestations() says that a bundle hides signatures of the older form", async () => {
  const store = memoryStore();
  await bring(store, await made([signer("p256")], [{ name: "place", store }], "legacy"));
  const context = testContext();
  const means = { signers: [signer("p384")], places: [{ name: "place", store }], concurrency: 1 };
  const attestation = { predicateType: "https://acme.example/scan", predicate: "{}" };
  const { warnings } = await makeAttestations([attestation], { subject, created: undefined }, means, context);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", LOST);
  assert.deepEqual(context.warnings, warnings);
  // What nobody signs is no bundle.
  const plain = await makeAttestations(
    [attestation],
    { subject, created: undefined },
    { ...means, signers: [] },
    context,
  );
  assert.deepEqual(plain.warnings, []);
});
