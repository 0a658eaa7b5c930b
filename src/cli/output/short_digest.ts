import type { Digest } from "../../oci/digest.ts";

/** Enough of a digest to compare it by eye: the algorithm and twelve digits. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, digest.indexOf(":") + 13);
}
