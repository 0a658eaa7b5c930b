import { SIGSTORE_BUNDLE_PREFIX } from "../../oci/media_types.ts";
import type { FoundReferrer } from "./find_referrers.ts";

/**
 * Says who does not see a signature that is there. cosign 3 and Flux from 2.8 on look for bundles first, whatever is in
 * them, and look behind the tag only where there is none; whoever is older looks nowhere but behind the tag.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v3.1.3/cmd/cosign/cli/verify/verify.go | cosign 3.1.3, verify}
 */
export function unseenSignatures(referrers: readonly FoundReferrer[] = []): readonly string[] {
  const bundles = referrers.filter(({ descriptor }) => descriptor.artifactType?.startsWith(SIGSTORE_BUNDLE_PREFIX));
  const tagged = referrers.find(({ tag }) => tag?.endsWith(".sig"));
  const isSigned = bundles.some(({ role }) => role === "signature");
  // A bundle that does not say what it is may sign.
  const mayBeSigned = isSigned || bundles.some(({ role }) => role === undefined);
  if (tagged !== undefined && bundles.length > 0) {
    return [
      mayBeSigned
        ? `cosign 3 and Flux from 2.8 on go by the bundles and ignore the signature behind ${tagged.tag}, ` +
          "by which older versions go"
        : `cosign 3 and Flux from 2.8 on ignore the signature behind ${tagged.tag}: ` +
          "they find attestations in bundles instead",
    ];
  }
  if (tagged === undefined && isSigned) {
    return ["cosign before 3 and Flux before 2.8 find no signature: they look behind the tag sha256-….sig only"];
  }
  return [];
}
