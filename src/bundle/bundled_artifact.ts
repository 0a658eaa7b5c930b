import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { BundledArtifact, BundledReferrer } from "./bundle.ts";
import type { ArtifactGraph } from "../store/graph.ts";

/** What is said of an artifact besides what its graph says. */
export interface BundledAs {
  /** `HOST/REPOSITORY`, or the name of a layout. */
  readonly origin: string;
  readonly root: Descriptor;
  readonly tags: readonly string[];
  /** Set when what refers to it stays behind on purpose. */
  readonly withoutReferrers?: boolean;
}

/** Describes an artifact for the target: what belongs to it is what its graph has. */
export function bundledArtifact(
  graph: ArtifactGraph,
  { origin, root: { digest, mediaType, size }, tags, withoutReferrers = false }: BundledAs,
): BundledArtifact {
  return {
    origin,
    digest,
    mediaType,
    size,
    tags,
    referrers: withoutReferrers ? [] : referrersIn(graph),
    companions: Object.fromEntries(graph.companions),
    ...(withoutReferrers ? { withoutReferrers } : {}),
  };
}

/** Every manifest of a graph that refers to another one in it, sorted by subject and digest. */
export function referrersIn({ manifests }: ArtifactGraph): readonly BundledReferrer[] {
  const all = manifests.flat();
  const digests = new Set(all.map(({ content }) => content.descriptor.digest));
  const found = all.flatMap(({ content, subject, artifactType, configType }): readonly BundledReferrer[] => {
    if (subject === undefined || !digests.has(subject)) return [];
    const { digest, mediaType, size } = content.descriptor;
    const type = artifactType ?? configType;
    return [{ subject, digest, mediaType, size, ...(type === undefined ? {} : { artifactType: type }) }];
  });
  return found.sort((a, b) => compareBytewise(a.subject, b.subject) || compareBytewise(a.digest, b.digest));
}
