import type { Signature, Signatures } from "../../consumers/artifact.ts";
import { BUNDLE_PREDICATE_ANNOTATION, COSIGN_SIGNATURE_ANNOTATION } from "../../oci/annotation_keys.ts";
import { digestOf } from "../../oci/digest.ts";
import { SIGSTORE_BUNDLE_MEDIA_TYPE, SIMPLE_SIGNING_MEDIA_TYPE } from "../../oci/media_types.ts";
import { PROVENANCE_PREDICATE, SIGNATURE_PREDICATE, SPDX_PREDICATE } from "../../sign/formats/predicate_types.ts";
import type { Settings } from "../publish/settings.ts";

/** What of the settings of a push says how it will be signed. */
export type SigningSettings = Pick<Settings, "sign" | "signFormat" | "signKeyless" | "provenance" | "sboms">;

/** Says what will sign an artifact, as its consumers will find it; nothing where nobody signs. */
export function plannedSignatures(
  { sign, signFormat, signKeyless, provenance, sboms }: SigningSettings,
): { readonly signatures?: Signatures } {
  if (sign.length === 0 && !signKeyless) return {};
  const types = [
    ...(signFormat === "legacy" ? [] : [SIGNATURE_PREDICATE]),
    ...(provenance ? [PROVENANCE_PREDICATE] : []),
    // Of whatever type an SBOM is: all that counts is that it is no signature.
    ...sboms.map(() => SPDX_PREDICATE),
  ];
  return {
    signatures: {
      referrers: types.map(bundle),
      ...(sign.length === 0 || signFormat === "bundle" ? {} : { tagged: TAGGED }),
    },
  };
}

function bundle(predicateType: string): Signature {
  return {
    artifactType: SIGSTORE_BUNDLE_MEDIA_TYPE,
    annotations: { [BUNDLE_PREDICATE_ANNOTATION]: predicateType },
    layers: [{ ...NOT_YET, mediaType: SIGSTORE_BUNDLE_MEDIA_TYPE }],
  };
}

/** What is signed only after it was judged has no digest yet. */
const NOT_YET = { digest: digestOf(new Uint8Array()), size: 0 };

const TAGGED: Signature = {
  annotations: {},
  layers: [{
    ...NOT_YET,
    mediaType: SIMPLE_SIGNING_MEDIA_TYPE,
    annotations: { [COSIGN_SIGNATURE_ANNOTATION]: "signed later" },
  }],
};
