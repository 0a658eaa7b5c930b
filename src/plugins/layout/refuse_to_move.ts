import type { Descriptor } from "../../oci/descriptor.ts";
import { TagExistsError } from "../../pipeline/tag_exists_error.ts";
import type { Moved, TagName } from "../../pipeline/values.ts";

/**
 * Checks that no immutable tag moves. The pipeline has looked before the upload; what another process has published
 * since then is seen only here.
 *
 * @throws {TagExistsError} Names the first tag that would move.
 */
export function refuseToMove(
  url: string,
  { digest }: Descriptor,
  tags: readonly TagName[],
  moved: readonly Moved[],
): void {
  const immutable = new Set(tags.filter((tag) => tag.immutable).map(({ name }) => name));
  for (const { tag, from } of moved) {
    if (from !== undefined && from !== digest && immutable.has(tag)) throw new TagExistsError(url, tag, from);
  }
}
