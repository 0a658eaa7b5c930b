/**
 * The tags that belong to another manifest: those under which cosign keeps signatures, attestations and SBOMs, and
 * those of lists of referrers where a registry has no referrers API.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md | cosign signature specification}
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema | OCI distribution-spec 1.1.1, Referrers Tag Schema}
 */
import { type Digest, digestAlgorithm, digestHex } from "../oci/digest.ts";
import { isTag } from "../oci/tag.ts";

/** How the tags end under which cosign keeps signatures, attestations and SBOMs. */
export const COMPANION_ENDINGS = ["sig", "att", "sbom"] as const satisfies readonly CompanionEnding[];

/** How a tag ends that is made of a digest: `sig` for signatures, `att` for attestations, `sbom` for SBOMs. */
export type CompanionEnding = "sig" | "att" | "sbom";

/** The tags under which cosign keeps what belongs to a manifest. */
export function companionTags(subject: Digest): readonly string[] {
  return COMPANION_ENDINGS.map((ending) => companionTag(subject, ending)).filter((tag) => tag !== undefined);
}

/** One of cosign's tags; `undefined` for a sha512 digest, which is too long for a tag. */
export function companionTag(subject: Digest, ending: CompanionEnding): string | undefined {
  const tag = `${subjectTag(subject)}.${ending}`;
  return isTag(tag) ? tag : undefined;
}

/** How many digits of a digest stand in the tag of a list of referrers. */
const HEX_LIMIT = 64;

/** The tag of the list of what refers to a manifest. */
export function referrersTag(subject: Digest): string {
  return `${digestAlgorithm(subject)}-${digestHex(subject).slice(0, HEX_LIMIT)}`;
}

/** How the tags begin that belong to a manifest. */
export function subjectTag(subject: Digest): string {
  return `${digestAlgorithm(subject)}-${digestHex(subject)}`;
}

/** Tells whether a tag is one of cosign's or that of a list of referrers: what has it belongs to something else. */
export function isCompanionTag(tag: string): boolean {
  return /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{64,123})(?:\.(?:att|sbom|sig))?$/.test(tag);
}

/** Tells whether a tag is that of a list of referrers. */
export function isReferrersTag(tag: string): boolean {
  return isCompanionTag(tag) && !tag.includes(".");
}

/** Tells whether several may add to what stands behind a tag, as to signatures and attestations. */
export function isSharedTag(tag: string): boolean {
  return isCosignTag(tag) && !tag.endsWith(".sbom");
}

/** Tells whether a tag is one that {@linkcode companionTags} can name. */
export function isCosignTag(tag: string): boolean {
  return isCompanionTag(tag) && tag.startsWith("sha256-") && tag.includes(".");
}
