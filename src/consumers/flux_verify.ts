import { BUNDLE_PREDICATE_ANNOTATION, COSIGN_SIGNATURE_ANNOTATION } from "../oci/annotation_keys.ts";
import { isSigstoreBundleMediaType, SIGSTORE_BUNDLE_PREFIX, SIMPLE_SIGNING_MEDIA_TYPE } from "../oci/media_types.ts";
import type { JudgedArtifact, Signature } from "./artifact.ts";
import { type Consumer, type Finding, note, refuse } from "./consumer.ts";
import { FLUX } from "./flux.ts";

/** Flux's OCIRepository with `spec.verify`. */
export const FLUX_VERIFY: Consumer = {
  what: "Flux: an OCIRepository with spec.verify, whose signature has to hold",
  version: "source-controller 1.9.1, cosign 3.0.6",
  source: "https://github.com/fluxcd/source-controller/blob/v1.9.1/internal/oci/cosign/cosign.go",
  asksForSignatures: true,
  judge,
};

const SIGNED_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
const NOTATION_ARTIFACT_TYPE = "application/vnd.cncf.notary.signature";

/** Looks for signatures where Flux looks, and does not check them: only who has the key can do that. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  yield* FLUX.judge(artifact);
  const { referrers, tagged } = artifact.signatures ?? { referrers: [] };
  const bundles = referrers.filter(isBundle);
  const hasTagged = tagged?.layers.some(isSimpleSigning) ?? false;
  if (bundles.length > 0) {
    // An attestation of which nobody knows what it says may sign as well.
    if (bundles.some((bundle) => isSignature(bundle) !== false)) return;
    const found = `Flux 2.8 and later find ${bundles.length === 1 ? "an attestation" : "attestations"} in a bundle`;
    if (hasTagged) {
      yield refuse(
        `${found}, so they never look at the signature behind the tag sha256-….sig`,
        "Sign it in a bundle as well, as cosign 3 does, with the key that Flux has",
      );
    } else {
      yield note(`${found} and no signature: any bundle by the right key passes, although it says something else`);
    }
    return;
  }
  if (hasTagged) return;
  const old = referrers.filter(({ layers }) =>
    layers.some(({ mediaType }) => mediaType.startsWith(SIGSTORE_BUNDLE_PREFIX))
  );
  if (old.length > 0) {
    yield refuse(
      "Flux takes bundles of version 0.3 and later with one layer each, and those here are others",
      "Sign it again with cosign 3",
    );
  } else if (referrers.some(({ artifactType }) => artifactType === NOTATION_ARTIFACT_TYPE)) {
    yield note("It is signed for spec.verify.provider: notation, and not for cosign");
  } else {
    const looked = artifact.signatures === undefined ? "Nothing will sign it" : "Nothing signs it";
    const change = artifact.signatures === undefined
      ? "Have it signed before its tags are set, by a key that Flux has"
      : "Sign it by its digest, with a key that Flux has";
    yield refuse(`${looked}, and with spec.verify Flux takes nothing unsigned`, change);
  }
}

function isBundle({ layers }: Signature): boolean {
  return layers.length === 1 && layers.every(({ mediaType }) => isSigstoreBundleMediaType(mediaType));
}

/** Whether a bundle signs the artifact; `undefined` when it does not say what it is. */
function isSignature({ annotations }: Signature): boolean | undefined {
  const predicate = annotations[BUNDLE_PREDICATE_ANNOTATION];
  return predicate === undefined ? undefined : predicate === SIGNED_PREDICATE;
}

function isSimpleSigning({ mediaType, annotations }: Signature["layers"][number]): boolean {
  return mediaType === SIMPLE_SIGNING_MEDIA_TYPE && annotations?.[COSIGN_SIGNATURE_ANNOTATION] !== undefined;
}
