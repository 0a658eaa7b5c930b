import type { Digest } from "./digest.ts";
import type { TransferredArtifact } from "./transfer.ts";

/** What one name of a bundle stands at. */
export interface TransferredName {
  readonly origin: string;
  /** One of the artifact's own tags, or one of cosign's. */
  readonly tag: string;
  readonly digest: Digest;
}

/** Every name that the far side gets, in the order of the artifacts. A companion of several artifacts comes for each. */
export function transferredNames(
  artifacts: readonly Pick<TransferredArtifact, "origin" | "digest" | "tags" | "companions">[],
): readonly TransferredName[] {
  return artifacts.flatMap(({ origin, digest, tags, companions }): readonly TransferredName[] => [
    ...tags.map((tag) => ({ origin, tag, digest })),
    ...Object.entries(companions).map(([tag, digest]) => ({ origin, tag, digest })),
  ]);
}
