import type { Digest } from "../../oci/digest.ts";
import type { FoundDescription } from "./find_bundle.ts";
import type { FollowedIndex } from "./follow_index.ts";
import type { LayoutProblem } from "./hashed_layout.ts";

/**
 * Checks that a layout leads to everything which the description of its bundle promises: the artifacts, what refers to
 * them and to what, and cosign's tags.
 */
export function checkPromises(
  { digest: by, description }: FoundDescription,
  { manifests, needed }: FollowedIndex,
): readonly LayoutProblem[] {
  const problems = new Map<string, LayoutProblem>();
  const add = (digest: Digest, problem: string, neededBy: string): void => {
    const others = problems.get(`${digest} ${problem}`)?.neededBy ?? [];
    problems.set(`${digest} ${problem}`, { digest, problem, neededBy: [...new Set([...others, neededBy])] });
  };
  // What the index leads to and is missing or damaged was said already.
  const isMissing = (digest: Digest): boolean => !needed.has(digest);
  for (const { origin, digest, tags, referrers, companions } of description.artifacts) {
    const named = `the bundle ${by} (${[origin, ...tags.slice(0, 1)].join(":")})`;
    if (isMissing(digest)) add(digest, "is promised, and nothing in the layout leads to it", named);
    for (const { subject, digest } of referrers) {
      if (isMissing(digest)) add(digest, `is promised as a referrer of ${subject}, and nothing leads to it`, named);
      if (isMissing(subject)) add(subject, "is what a referrer refers to, and nothing leads to it", digest);
      const manifest = manifests.get(digest);
      if (manifest !== undefined && manifest.subject !== subject) {
        add(digest, `does not refer to ${subject}, as is promised`, named);
      }
    }
    for (const [tag, digest] of Object.entries(companions)) {
      if (isMissing(digest)) add(digest, `is promised as ${tag}, and nothing leads to it`, named);
    }
  }
  return [...problems.values()];
}
