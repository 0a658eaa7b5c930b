import { refuseMoved, type UntagOptions } from "../../store/store.ts";
import { dropTag, type LayoutIndex, resolveTag } from "./layout_index.ts";

/**
 * Takes a tag out of an index, if it is there.
 *
 * @param url The layout, for errors.
 * @throws {Error} When the tag points to something else than it should.
 */
export function withoutTag(url: string, before: LayoutIndex, tag: string, options: UntagOptions): LayoutIndex {
  const there = resolveTag(before, tag);
  if (there !== undefined) refuseMoved(url, tag, there.digest, options);
  return dropTag(before, tag) ?? before;
}
