import type { Digest } from "./digest.ts";

/** What one name of a bundle stands at. */
export interface TransferredName {
  readonly origin: string;
  /** One of the artifact's own tags, or one of cosign's. */
  readonly tag: string;
  readonly digest: Digest;
}

/** Every name that the far side gets, in the order of the artifacts. A companion of several artifacts comes for each. */
export function transferredNames(artifacts: readonly WithNames[]): readonly TransferredName[] {
  return artifacts.flatMap(({ origin, digest, tags, companions }): readonly TransferredName[] => [
    ...tags.map((tag) => ({ origin, tag, digest })),
    ...Object.entries(companions).map(([tag, digest]) => ({ origin, tag, digest })),
  ]);
}

/** What of an artifact is looked at. */
interface WithNames {
  readonly origin: string;
  readonly digest: Digest;
  readonly tags: readonly string[];
  readonly companions: Readonly<Record<string, Digest>>;
}
