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

/** How the media types of bundles begin, whatever their version. */
const BUNDLE_PREFIX = "application/vnd.dev.sigstore.bundle";
const SIGNED_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
const PREDICATE_ANNOTATION = "dev.sigstore.bundle.predicateType";
const SIMPLE_SIGNING_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
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
  const old = referrers.filter(({ layers }) => layers.some(({ mediaType }) => mediaType.startsWith(BUNDLE_PREFIX)));
  if (old.length > 0) {
    yield refuse(
      "Flux takes bundles of version 0.3 and later with one layer each, and those here are others",
      "Sign it again with cosign 3",
    );
  } else if (referrers.some(({ artifactType }) => artifactType === NOTATION_ARTIFACT_TYPE)) {
    yield note("It is signed for spec.verify.provider: notation, and not for cosign");
  } else {
    const looked = artifact.signatures === undefined ? "Nothing will sign it" : "Nothing signs it";
    const change = "Sign it by its digest once it is published, as with cosign sign, and ask again with inspect";
    yield refuse(`${looked}, and with spec.verify Flux takes nothing unsigned`, change);
  }
}

/** cosign goes by the layer, and never by the artifact type. */
function isBundle({ layers }: Signature): boolean {
  const [layer] = layers;
  if (layer === undefined || layers.length !== 1 || !layer.mediaType.startsWith(BUNDLE_PREFIX)) return false;
  const version = /(?:\.v|;version=)(\d+)\.(\d+)/.exec(layer.mediaType);
  return version !== null && (Number(version[1]) > 0 || Number(version[2]) >= 3);
}

/** Whether a bundle signs the artifact; `undefined` when it does not say what it is. */
function isSignature({ annotations }: Signature): boolean | undefined {
  const predicate = annotations[PREDICATE_ANNOTATION];
  return predicate === undefined ? undefined : predicate === SIGNED_PREDICATE;
}

function isSimpleSigning({ mediaType, annotations }: Signature["layers"][number]): boolean {
  return mediaType === SIMPLE_SIGNING_MEDIA_TYPE && annotations?.[SIGNATURE_ANNOTATION] !== undefined;
}
