import type { Descriptor } from "../oci/descriptor.ts";
import { isDigest } from "../oci/digest.ts";
import { isTag } from "../oci/tag.ts";
import { cosignTags } from "./cosign_kinds.ts";
import { descriptorOf, type IndexEntry, refNameOf, tagOf } from "./entry.ts";
import { type LayoutIndex, resolveTag } from "./index.ts";

/** The names in an index, ready to be looked up: an index of thousands of tags is read once and asked often. */
export interface LayoutNames {
  /** The names that are tags. */
  readonly tags: readonly string[];
  /**
   * What a tag stands for, or a digest that is listed.
   *
   * @throws {SyntaxError} When a tag stands at more than one manifest, or at something that is no descriptor.
   */
  resolve(name: string): Descriptor | undefined;
  /** The tag of an entry; `undefined` when it has none. */
  tagOf(entry: IndexEntry): string | undefined;
}

/** Sorts the entries of an index by their names. */
export function layoutNames(index: LayoutIndex): LayoutNames {
  const cosign = cosignTags(index.manifests);
  const tagIn = (entry: IndexEntry): string | undefined => tagOf(entry) ?? cosign.get(entry);
  const written = Map.groupBy(index.manifests, (entry) => refNameOf(entry) ?? "");
  const byTag = Map.groupBy(index.manifests, (entry) => tagIn(entry) ?? "");
  const byDigest = new Map<string, IndexEntry>(index.manifests.map((entry) => [entry.digest, entry]));
  return {
    tags: [...byTag.keys()].filter(isTag),
    resolve(name): Descriptor | undefined {
      if (!isDigest(name)) {
        const found = written.get(name) ?? byTag.get(name) ?? [];
        const [companion] = found.filter((entry) => cosign.get(entry) === name);
        return companion === undefined ? resolveTag({ ...index, manifests: found }, name) : descriptorOf(companion);
      }
      const entry = byDigest.get(name);
      return entry && descriptorOf(entry);
    },
    tagOf: tagIn,
  };
}
