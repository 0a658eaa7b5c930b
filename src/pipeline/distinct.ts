import type { Content } from "../oci/descriptor.ts";

/** Each digest once, in the order in which they come first. */
export function distinct(contents: readonly Content[]): readonly Content[] {
  return [...new Map(contents.map((content) => [content.descriptor.digest, content])).values()];
}
