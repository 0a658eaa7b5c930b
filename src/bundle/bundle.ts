/**
 * What a bundle carries: artifacts from any number of repositories, each with everything that refers to it.
 *
 * It stands in the bundle as content of its own, so that it has a digest too.
 */
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";

/** The type of the artifact that describes a bundle, and of its one layer. */
export const BUNDLE_MEDIA_TYPE = "application/vnd.gantry.transfer.v1+json";

/** How large the description of a bundle may be, in bytes: some hundred thousand referrers. */
export const BUNDLE_SIZE_LIMIT = 64 * 1024 * 1024;

/** The description of a bundle. */
export interface BundleDescription {
  /** Sorted by origin and digest; the same digest of two repositories stands here twice. */
  readonly artifacts: readonly BundledArtifact[];
  /** Blobs that belong to the artifacts and are not in the bundle, because the target has them. */
  readonly omitted: readonly OmittedBlob[];
}

/** One artifact of a bundle. */
export interface BundledArtifact extends Named {
  /** Where it comes from: `HOST/REPOSITORY`, or the name of a layout without any host. */
  readonly origin: string;
  /** The tags that it gets at the target. */
  readonly tags: readonly string[];
  /** What refers to it, to one of its parts, or to another referrer. */
  readonly referrers: readonly BundledReferrer[];
  /** cosign's tags of what belongs to it or to one of its parts. */
  readonly companions: Readonly<Record<string, Digest>>;
  /** Set when what refers to it was left behind on purpose. */
  readonly withoutReferrers?: true;
}

/** A manifest that refers to another one. */
export interface BundledReferrer extends Named {
  /** The manifest that it refers to. */
  readonly subject: Digest;
  readonly artifactType?: string;
}

/** A blob that is not in the bundle. */
export interface OmittedBlob extends Named {
  /** The repositories of the target that had it. */
  readonly at: readonly string[];
}

/** What content is called, and nothing else of it. */
export type Named = Pick<Descriptor, "digest" | "mediaType" | "size">;

/** Writes a description: no white space, a fixed order of keys, lists sorted. The same bundle gives the same bytes. */
export function encodeDescription({ artifacts, omitted }: BundleDescription): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({
    version: 1,
    artifacts: artifacts.map(orderArtifact).toSorted(by(({ origin, digest }) => [origin, digest])),
    omitted: omitted.map(({ at, ...named }) => ({ ...orderNamed(named), at: sorted(at) }))
      .toSorted(by(({ digest }) => [digest])),
  }));
}

/**
 * Joins two descriptions. A tag of one repository, and one of cosign's too, stands at what the later one says;
 * everything else of both is kept.
 */
export function mergeDescriptions(earlier: BundleDescription, later: BundleDescription): BundleDescription {
  const taken = new Map(
    bundledNames(later.artifacts).map(({ origin, tag, digest }) => [`${origin}:${tag}`, digest]),
  );
  const kept = earlier.artifacts.map((artifact) => withoutTaken(artifact, taken));
  const artifacts = Map.groupBy([...kept, ...later.artifacts], ({ origin, digest }) => `${origin}@${digest}`);
  const omitted = Map.groupBy([...earlier.omitted, ...later.omitted], ({ digest }) => digest);
  return {
    artifacts: [...artifacts.values()].map((same) => same.reduce(mergeArtifacts)),
    omitted: [...omitted.values()].map((same) => same.reduce((a, b) => ({ ...a, at: sorted([...a.at, ...b.at]) }))),
  };
}

/** What belonged to a companion that was replaced belongs to the artifact no more. */
function withoutTaken(artifact: BundledArtifact, taken: ReadonlyMap<string, Digest>): BundledArtifact {
  const { origin, digest, tags, companions } = artifact;
  const now = (tag: string, before: Digest): Digest => taken.get(`${origin}:${tag}`) ?? before;
  const moved = Object.fromEntries(Object.entries(companions).map(([tag, before]) => [tag, now(tag, before)]));
  const replaced = Object.entries(companions).flatMap(([tag, before]) => moved[tag] === before ? [] : [before]);
  return withoutReplaced(
    { ...artifact, tags: tags.filter((tag) => now(tag, digest) === digest), companions: moved },
    replaced,
  );
}

function withoutReplaced(artifact: BundledArtifact, replaced: readonly Digest[]): BundledArtifact {
  const left = new Set([
    artifact.digest,
    ...Object.values(artifact.companions),
    ...artifact.referrers.map(({ digest }) => digest),
  ]);
  const gone = new Set(replaced.filter((digest) => !left.has(digest)));
  if (gone.size === 0) return artifact;
  const companions = Map.groupBy(
    Object.entries(artifact.companions),
    ([tag]) => [...gone].some((digest) => tag.startsWith(`${digest.replace(":", "-")}.`)),
  );
  const referrers = Map.groupBy(artifact.referrers, ({ subject }) => gone.has(subject));
  return withoutReplaced(
    { ...artifact, companions: Object.fromEntries(companions.get(false) ?? []), referrers: referrers.get(false) ?? [] },
    [
      ...(companions.get(true) ?? []).map(([, digest]) => digest),
      ...(referrers.get(true) ?? []).map(({ digest }) => digest),
    ],
  );
}

function mergeArtifacts(earlier: BundledArtifact, later: BundledArtifact): BundledArtifact {
  const { withoutReferrers, ...merged } = later;
  const referrers = new Map([...earlier.referrers, ...later.referrers].map((each) => [each.digest, each]));
  return {
    ...merged,
    tags: sorted([...earlier.tags, ...later.tags]),
    referrers: [...referrers.values()],
    companions: { ...earlier.companions, ...later.companions },
    ...(withoutReferrers && earlier.withoutReferrers ? { withoutReferrers } : {}),
  };
}

function orderArtifact(
  { origin, tags, referrers, companions, withoutReferrers, ...named }: BundledArtifact,
): BundledArtifact {
  return {
    origin,
    ...orderNamed(named),
    tags: sorted(tags),
    referrers: referrers.map(({ subject, artifactType, ...each }) => ({
      subject,
      ...orderNamed(each),
      ...(artifactType === undefined ? {} : { artifactType }),
    }))
      .toSorted(by(({ subject, digest }) => [subject, digest])),
    companions: Object.fromEntries(Object.entries(companions).toSorted(by(([tag]) => [tag]))),
    ...(withoutReferrers ? { withoutReferrers } : {}),
  };
}

function orderNamed({ digest, mediaType, size }: Named): Named {
  return { digest, mediaType, size };
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareBytewise);
}

function by<T>(keys: (item: T) => readonly string[]): (a: T, b: T) => number {
  return (a, b) => {
    const others = keys(b);
    return keys(a).map((key, at) => compareBytewise(key, others[at] ?? "")).find((order) => order !== 0) ?? 0;
  };
}

/** What one name of a bundle stands at. */
interface BundledName {
  readonly origin: string;
  /** One of the artifact's own tags, or one of cosign's. */
  readonly tag: string;
  readonly digest: Digest;
}

/** Every name that the target gets, in the order of the artifacts. A companion of several artifacts comes for each. */
export function bundledNames(artifacts: readonly WithNames[]): readonly BundledName[] {
  return artifacts.flatMap(({ origin, digest, tags, companions }): readonly BundledName[] => [
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
