import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { bundledNames } from "../../bundle/bundle.ts";
import { descriptorOf, fullNameOf } from "../entry.ts";
import { type LayoutIndex, setTags } from "../index.ts";
import type { LostDescription } from "./lost_manifests.ts";

/** An index in which manifests have their names again. */
export interface NamedIndex {
  readonly index: LayoutIndex;
  /** The names that came back, with their manifests. */
  readonly named: readonly (readonly [name: string, digest: Digest])[];
  /** Names that two descriptions give to different manifests, or of which the manifest is not listed. */
  readonly unclear: readonly string[];
}

/** Gives listed manifests the names that descriptions of bundles tell and the index does not have. */
export function withLostNames(index: LayoutIndex, descriptions: readonly LostDescription[]): NamedIndex {
  const listed = new Map<Digest, Descriptor>(
    index.manifests.flatMap((entry) => descriptorOf(entry) ?? []).map((each) => [each.digest, each]),
  );
  const known = new Set(index.manifests.map(fullNameOf));
  const named: (readonly [name: string, digest: Digest])[] = [];
  const unclear: string[] = [];
  let after = index;
  const names = descriptions.flatMap(({ description }) => bundledNames(description.artifacts));
  for (const [name, places] of Map.groupBy(names, ({ origin, tag }) => `${origin}:${tag}`)) {
    // A name that was not lost stays where it is.
    if (known.has(name)) continue;
    const digests = new Set(places.map(({ digest }) => digest));
    const [place] = places;
    const manifest = place && listed.get(place.digest);
    if (manifest === undefined || place === undefined || digests.size > 1) {
      unclear.push(name);
      continue;
    }
    after = setTags(after, manifest, [place.tag], { origin: place.origin }).index;
    named.push([name, place.digest]);
  }
  return { index: after, named, unclear };
}
