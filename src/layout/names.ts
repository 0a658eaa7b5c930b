import type { Descriptor } from "../oci/descriptor.ts";
import { isDigest } from "../oci/digest.ts";
import { isTag } from "../oci/tag.ts";
import { subjectTag } from "../store/companion_tags.ts";
import { annotationOf, descriptorOf, type IndexEntry, refNameOf, tagOf } from "./entry.ts";
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
  const cosign = cosignTags(index);
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

/** What `cosign save` says of each entry, and how the same is called in a registry. */
const COSIGN_KIND = "kind";
const COSIGN_PREFIX = "dev.cosignproject.cosign/";
const COSIGN_ENDINGS: Readonly<Record<string, string>> = { sigs: "sig", atts: "att", sboms: "sbom", sbom: "sbom" };

/**
 * The tags by which cosign would find its signatures in a registry. `cosign save` writes none: in its layouts is one
 * image, and what else is there belongs to it.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/pkg/oci/layout/write.go | cosign, layouts}
 */
function cosignTags({ manifests }: LayoutIndex): ReadonlyMap<IndexEntry, string> {
  const kinds = new Map(manifests.map((entry) => {
    const kind = annotationOf(entry, COSIGN_KIND) ?? "";
    return [entry, kind.startsWith(COSIGN_PREFIX) ? kind.slice(COSIGN_PREFIX.length) : ""];
  }));
  const images = new Set(
    manifests.filter((entry) => /^image(?:Index)?$/.test(kinds.get(entry) ?? "")).map(({ digest }) => digest),
  );
  const [image] = images;
  // Of several images nothing says whose they are.
  if (image === undefined || images.size > 1 || !isDigest(image)) return new Map();
  return new Map(manifests.flatMap((entry) => {
    const ending = COSIGN_ENDINGS[kinds.get(entry) ?? ""];
    return ending === undefined || refNameOf(entry) !== undefined ? [] : [[entry, `${subjectTag(image)}.${ending}`]];
  }));
}
