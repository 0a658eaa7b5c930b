import assert from "node:assert/strict";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { findReferrers, type FoundReferrer } from "../../../src/verbs/inspect/find_referrers.ts";
import type { ReferrerRole } from "../../../src/verbs/inspect/referrer_role.ts";
import { unseenSignatures } from "../../../src/verbs/inspect/unseen_signatures.ts";
import type { Store } from "../../../src/store/store.ts";
import { testContext } from "../../layout/test_context.ts";
import { memoryStore } from "../../support/memory_store.ts";
import { bundleReferrer, place, referrerOf, signatureTag, taggedSignature } from "../../support/signatures.ts";
import { type Sample, sampleOf, textContent } from "../../support/store_samples.ts";

const context = testContext();
const APP = sampleOf("app");
const SUBJECT = APP.manifest.descriptor;
const SIGNED = "https://sigstore.dev/cosign/sign/v1";
const SPDX = "https://spdx.dev/Document";

async function referrersOf(
  fill: (store: Store) => Promise<void>,
  edit: (descriptor: Descriptor) => Descriptor = (descriptor) => descriptor,
): Promise<readonly FoundReferrer[]> {
  const store = memoryStore();
  await place(store, APP, context);
  await fill(store);
  const listing: Store = {
    ...store,
    referrers: async (subject, context) => (await store.referrers(subject, context)).map(edit),
  };
  return (await findReferrers(listing, [SUBJECT], { context, concurrency: 2 })).get(SUBJECT.digest) ?? [];
}

const roles: readonly (readonly [what: string, sample: Sample, expected: ReferrerRole])[] = [
  ["a signature in a bundle", bundleReferrer(SUBJECT), { role: "signature", predicateType: SIGNED }],
  ["an SBOM in a bundle", bundleReferrer(SUBJECT, { predicateType: SPDX }), {
    role: "attestation",
    predicateType: SPDX,
  }],
  ["a bundle that is none", referrerOf(SUBJECT, [textContent("{}")]), {}],
  ["what notation signs", referrerOf(SUBJECT, [], "application/vnd.cncf.notary.signature"), { role: "signature" }],
  ["anything else", referrerOf(SUBJECT, [textContent("{}")], "application/spdx+json"), {}],
];

for (const [what, sample, { role, predicateType }] of roles) {
  Deno.test(`findReferrers() tells what a referrer is when it is ${what}`, async () => {
    const [found] = await referrersOf((store) => place(store, sample, context));
    assert.deepEqual([found?.role, found?.predicateType], [role, predicateType]);
  });
}

Deno.test("findReferrers() goes by the annotation where a list has it, and reads no bundle then", async () => {
  const annotations = { "dev.sigstore.bundle.predicateType": SPDX };
  const [found] = await referrersOf(
    (store) => place(store, bundleReferrer(SUBJECT), context),
    (descriptor) => ({ ...descriptor, annotations }),
  );
  assert.deepEqual([found?.role, found?.predicateType], ["attestation", SPDX]);
});

for (const [ending, role] of [["sig", "signature"], ["att", "attestation"], ["sbom", "sbom"]] as const) {
  Deno.test(`findReferrers() tells what stands behind the tag .${ending}`, async () => {
    const tag = signatureTag(SUBJECT, ending);
    const [found] = await referrersOf((store) => place(store, taggedSignature(SUBJECT, [{}]), context, [tag]));
    assert.deepEqual([found?.tag, found?.role], [tag, role]);
  });
}

const bundle = bundleReferrer(SUBJECT);
const attestation = bundleReferrer(SUBJECT, { predicateType: SPDX });
const tagged = taggedSignature(SUBJECT, [{}]);

const notes:
  readonly (readonly [what: string, bundles: readonly Sample[], hasTag: boolean, note: RegExp | undefined])[] = [
    [
      "both forms",
      [bundle],
      true,
      /go by the bundles and ignore the signature behind sha256-[0-9a-f]{64}\.sig, by which older versions go$/,
    ],
    [
      "a tag that attestations hide",
      [attestation],
      true,
      /ignore the signature behind .*: they find attestations in bundles instead$/,
    ],
    ["a bundle alone", [bundle, attestation], false, /^cosign before 3 and Flux before 2\.8 find no signature/],
    ["a tag alone", [], true, undefined],
    ["an attestation alone", [attestation], false, undefined],
    ["nothing", [], false, undefined],
  ];

for (const [what, bundles, hasTag, note] of notes) {
  Deno.test(`unseenSignatures() says who does not see a signature where there is ${what}`, async () => {
    const found = await referrersOf(async (store) => {
      for (const each of bundles) await place(store, each, context);
      if (hasTag) await place(store, tagged, context, [signatureTag(SUBJECT)]);
    });
    const [said, ...more] = unseenSignatures(found);
    assert.deepEqual(more, []);
    if (note === undefined) assert.equal(said, undefined);
    else assert.match(said ?? "", note);
  });
}
