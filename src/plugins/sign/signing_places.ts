import type { Target } from "../../pipeline/target.ts";
import type { Uploaded } from "../../pipeline/values.ts";
import type { SigningPlace } from "../../sign/make_signatures.ts";

/**
 * Where an artifact is that was uploaded, to be asked what belongs to it. What was sent just now has nothing yet.
 *
 * @param targets In the order of the receipts.
 */
export function signingPlaces(
  { receipts, manifest }: Pick<Uploaded, "receipts" | "manifest">,
  targets: readonly Pick<Target, "reader">[],
): readonly SigningPlace[] {
  const { digest } = manifest.descriptor;
  return receipts.flatMap(({ url, uploaded, isSkipped }, at): readonly SigningPlace[] => {
    if (isSkipped) return [];
    const reader = targets[at]?.reader;
    const isNew = uploaded.some((descriptor) => descriptor.digest === digest);
    return [{ name: `${url}@${digest}`, ...(isNew || reader === undefined ? {} : { store: reader }) }];
  });
}
