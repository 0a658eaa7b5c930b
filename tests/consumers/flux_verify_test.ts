/** The runs with the real cosign that these stand on are those of version 3.1.3 with both kinds of signatures. */
import assert from "node:assert/strict";
import type { Signature, Signatures } from "../../src/consumers/artifact.ts";
import { FLUX_VERIFY } from "../../src/consumers/flux_verify.ts";
import type { Annotations } from "../../src/oci/descriptor.ts";
import { described, single, tar, testRule } from "../support/judged.ts";

const V03 = "application/vnd.dev.sigstore.bundle.v0.3+json";
const SIGNED = { "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1" };
const PROVENANCE = { "dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1" };
const SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json";

function bundle(annotations: Annotations = {}, mediaType = V03, layers = [described(mediaType)]): Signature {
  return { digest: described(mediaType).digest, artifactType: mediaType, annotations, layers };
}

const tagged: Signature = {
  digest: described(SIMPLE).digest,
  annotations: {},
  layers: [described(SIMPLE, { "dev.cosignproject.cosign/signature": "MEU=" })],
};

function signed(...referrers: readonly Signature[]): Signatures {
  return { referrers };
}

const by = (signatures: Signatures): ReturnType<typeof single> => single([tar()], { signatures });

testRule("FLUX_VERIFY", FLUX_VERIFY, {
  accepts: {
    "a signature in a bundle": by(signed(bundle(SIGNED))),
    "a bundle that does not say what it is": by(signed(bundle())),
    "a signature behind its tag": by({ referrers: [], tagged }),
    "both": by({ ...signed(bundle(SIGNED)), tagged }),
    "a signature in a bundle beside an attestation": by({ ...signed(bundle(PROVENANCE), bundle(SIGNED)), tagged }),
    "a bundle that its artifact type does not tell": by(
      signed({ ...bundle(SIGNED), artifactType: "application/json" }),
    ),
    "a later bundle": by(signed(bundle(SIGNED, "application/vnd.dev.sigstore.bundle.v1.0+json"))),
  },
  refuses: {
    "what nothing signs": [by(signed()), /^Nothing signs it/],
    "what nobody has signed yet": [single([tar()]), /^Nothing will sign it/],
    "a signature behind its tag that an attestation hides": [
      by({ ...signed(bundle(PROVENANCE)), tagged }),
      /an attestation in a bundle, so they never look at the signature/,
    ],
    "a bundle that is too old": [
      by(signed(bundle(SIGNED, "application/vnd.dev.sigstore.bundle+json;version=0.2"))),
      /version 0\.3 and later/,
    ],
    "a bundle of two layers": [
      by(signed(bundle(SIGNED, V03, [described(V03), described(V03)]))),
      /one layer each/,
    ],
    "what stands behind the tag and signs nothing": [
      by({ referrers: [], tagged: { ...tagged, layers: [described(SIMPLE)] } }),
      /^Nothing signs it/,
    ],
    "a referrer that signs nothing": [by(signed(bundle({}, "application/spdx+json"))), /^Nothing signs it/],
  },
  notes: {
    "an attestation alone": [by(signed(bundle(PROVENANCE))), /any bundle by the right key passes/],
    "a signature by notation": [
      by(signed({ ...bundle({}, "application/jose+json"), artifactType: "application/vnd.cncf.notary.signature" })),
      /provider: notation/,
    ],
  },
});

Deno.test("FLUX_VERIFY refuses what Flux cannot unpack, signed or not", () => {
  const findings = [...FLUX_VERIFY.judge(single([], { signatures: signed(bundle(SIGNED)) }))];
  assert.deepEqual(findings.map(({ kind }) => kind), ["refusal"]);
});
