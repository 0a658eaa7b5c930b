import { isDigest } from "../oci/digest.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { isTag } from "../oci/tag.ts";
import { descriptorOf, type IndexEntry, type LayoutIndex, resolveTag, tagOf } from "./index.ts";

/** The names in an index, ready to be looked up: an index of thousands of tags is read once and asked often. */
export interface LayoutNames {
  /** The names that are tags. Other tools write whole references too; what they name is found by its digest. */
  readonly tags: readonly string[];
  /**
   * What a tag stands for, or a digest that is listed.
   *
   * @throws {SyntaxError} When a tag stands at more than one manifest, or at something that is no descriptor.
   */
  resolve(name: string): Descriptor | undefined;
}

/** Sorts the entries of an index by their names. */
export function layoutNames(index: LayoutIndex): LayoutNames {
  const byTag = Map.groupBy(index.manifests, (entry) => tagOf(entry) ?? "");
  const byDigest = new Map<string, IndexEntry>(index.manifests.map((entry) => [entry.digest, entry]));
  return {
    tags: [...byTag.keys()].filter(isTag),
    resolve(name): Descriptor | undefined {
      if (!isDigest(name)) return resolveTag({ ...index, manifests: byTag.get(name) ?? [] }, name);
      const entry = byDigest.get(name);
      return entry && descriptorOf(entry);
    },
  };
}
