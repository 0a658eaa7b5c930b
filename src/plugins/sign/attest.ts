import { CREATED_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Belongings, Factory } from "../../pipeline/plugin.ts";
import type { Target } from "../../pipeline/target.ts";
import type { Uploaded } from "../../pipeline/values.ts";
import type { Attestation } from "../../sign/attestation.ts";
import type { CertifiedSigner } from "../../sign/bundle_signer.ts";
import { makeAttestations } from "../../sign/make_attestations.ts";
import type { Signer } from "../../sign/signers/signer.ts";
import type { Call } from "../../work/context.ts";
import { signingPlaces } from "./signing_places.ts";

/** What {@linkcode attest} says, and who vouches for it. */
export interface AttestMeans {
  /** What it is called, such as `provenance`. */
  readonly name: string;
  readonly description: string;
  /** Says it of the artifact. */
  readonly statements: (uploaded: Uploaded) => readonly Attestation[];
  /** Nobody vouches for it when there are none. */
  readonly signers: readonly Signer[];
  /** Gets a certificate to sign with; left out when keys alone sign. */
  readonly certify?: (call: Call) => Promise<CertifiedSigner>;
  /** The targets, in the order of their receipts: what is there already is not made again. */
  readonly targets: () => readonly Target[];
  /** How many referrers of one place are looked at at a time. */
  readonly concurrency: number;
}

/** Says something of the artifact, when every target has it and no tag points to it. */
export function attest(
  { name, description, statements, signers, certify, targets, concurrency }: AttestMeans,
): Factory<"before:tag", Readonly<Record<string, never>>> {
  return (kit) =>
    kit.plugin({
      name,
      version: "1.0.0",
      apiVersion: 1,
      stage: "before:tag",
      description,
      options: kit.z.strictObject({}),
      async run(uploaded, _options, context): Promise<Belongings> {
        const { manifest: { descriptor: { digest } }, annotations } = uploaded;
        if (signers.length === 0 && certify === undefined) {
          context.log.info(`Nobody signs the ${name}, so nobody vouches for it`);
        }
        const { referrers } = await makeAttestations(
          statements(uploaded),
          { subject: digest, created: annotations[CREATED_ANNOTATION]?.value },
          { signers, certify, places: signingPlaces(uploaded, targets()), concurrency },
          context,
        );
        return { referrers };
      },
    });
}
