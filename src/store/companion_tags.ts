import { type Digest, digestAlgorithm, digestHex } from "../oci/digest.ts";
import { isTag } from "../oci/tag.ts";

/**
 * The tags under which cosign keeps what belongs to a manifest: signatures, attestations and SBOMs.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md | cosign signature specification}
 */
export function companionTags(subject: Digest): readonly string[] {
  const base = `${digestAlgorithm(subject)}-${digestHex(subject)}`;
  // A sha512 digest is too long for a tag.
  return ["sig", "att", "sbom"].map((ending) => `${base}.${ending}`).filter(isTag);
}
