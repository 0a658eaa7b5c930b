import type { Digest } from "../../oci/digest.ts";
import type { Copied } from "../../store/copy.ts";
import { counted } from "../../work/amounts.ts";
import type { ArtifactGraph } from "../../store/graph.ts";
import type { ImportPlan, PlannedArtifact, PlannedTag } from "./import_plan.ts";
import type { OpenBundle } from "./open_bundle.ts";
import { formatRegistryPlace, type RegistryPlace } from "../../places/registry_place.ts";

/** What is in a registry after an import, as `gantry import -o json` prints it. */
export interface ImportResult extends ImportPlanResult, Copied {}

/** What an import would do, as `gantry import --dry-run -o json` prints it. */
export interface ImportPlanResult {
  /** The version of this format. */
  readonly version: 1;
  /** The layout that is imported. */
  readonly source: string;
  /** The digest of the bundle's description; absent when another tool made it. */
  readonly bundle?: Digest;
  /** The registry, with the prefix. */
  readonly target: string;
  /** The artifacts of the bundle. */
  readonly artifacts: readonly ImportedArtifact[];
}

/** One artifact of an import. */
export interface ImportedArtifact {
  /** Where it comes from: `HOST/REPOSITORY`, or the name of a layout. */
  readonly origin: string;
  /** `HOST/REPOSITORY` at the target. */
  readonly repository: string;
  /** Its digest. */
  readonly digest: Digest;
  /** Size of its manifests and blobs in bytes, of those that refer to it included. */
  readonly size: number;
  /** Whether all of its manifests were there before. */
  readonly existed: boolean;
  /** The tags that it gets. */
  readonly tags: readonly ImportedTag[];
  /** What refers to it or to one of its parts. */
  readonly referrers: readonly { readonly subject: Digest; readonly digest: Digest }[];
  /** cosign's tags, with what they point to then: what the bundle has and what is there, together. */
  readonly companions: Readonly<Record<string, Digest>>;
  /** Set when what refers to it was left behind on purpose. */
  readonly withoutReferrers?: true;
}

/** One tag of an import. */
export interface ImportedTag {
  /** The tag. */
  readonly tag: string;
  /** What it pointed to before, when it was something else. */
  readonly from?: Digest;
  /** Set when it is a version that must not move. */
  readonly conflict?: true;
}

/** Says what will be done. */
export function importPlanResult(
  { place, digests: [bundle] }: OpenBundle,
  { artifacts }: ImportPlan,
  target: RegistryPlace,
): ImportPlanResult {
  return {
    version: 1,
    source: place.url,
    ...(bundle === undefined ? {} : { bundle }),
    target: formatRegistryPlace(target),
    artifacts: artifacts.map((planned) => importedArtifact(planned, target)),
  };
}

/** How many things belong to an artifact: what refers to it, and what cosign's tags point to. */
export function referrerCount({ referrers, companions }: ImportedArtifact): number {
  return referrers.length + Object.keys(companions).length;
}

/** What will be done, as the rows of a table: one for each artifact and each tag. */
export function importPlanRows(
  { artifacts }: ImportPlan,
  { host }: RegistryPlace,
): readonly (readonly string[])[] {
  return artifacts.flatMap(({ artifact: { digest, withoutReferrers }, repository, present, manifests, tags }) => [
    [
      present === manifests ? "present" : "new",
      `${host}/${repository}@${digest}`,
      (present === 0 || present === manifests
        ? counted(manifests, "manifest")
        : `${present} of ${manifests} manifests are there`) +
      (withoutReferrers ? ", without what refers to it" : ""),
    ],
    ...tags.map((planned) => tagRow(planned, `${host}/${repository}`)),
  ]);
}

function tagRow({ tag, digest, from, isConflict }: PlannedTag, repository: string): readonly string[] {
  if (from === undefined) return ["tag", `${repository}:${tag}`, "new"];
  if (from === digest) return ["tag", `${repository}:${tag}`, "stays"];
  return [isConflict ? "conflict" : "tag", `${repository}:${tag}`, `${short(from)} → ${short(digest)}`];
}

/** Enough of a digest to compare it by eye. */
function short(digest: Digest): string {
  return digest.slice(0, digest.indexOf(":") + 13);
}

function sizeOf({ manifests, blobs }: ArtifactGraph): number {
  const all = [...manifests.flat().map(({ content }) => content.descriptor), ...blobs];
  return all.reduce((sum, { size }) => sum + size, 0);
}

function importedArtifact(
  { artifact, repository, present, manifests, tags }: PlannedArtifact,
  { host }: RegistryPlace,
): ImportedArtifact {
  const isCompanion = ({ tag }: PlannedTag): boolean => Object.hasOwn(artifact.companions, tag);
  const companions = tags.filter(isCompanion);
  return {
    origin: artifact.origin,
    repository: `${host}/${repository}`,
    digest: artifact.digest,
    size: sizeOf(artifact.graph),
    existed: present === manifests,
    tags: tags.filter((planned) => !isCompanion(planned)).map(({ tag, digest, from, isConflict }) => ({
      tag,
      ...(from === undefined || from === digest ? {} : { from }),
      ...(isConflict ? { conflict: isConflict } : {}),
    })),
    referrers: artifact.referrers.map(({ subject, digest }) => ({ subject, digest })),
    companions: Object.fromEntries(companions.map(({ tag, digest }) => [tag, digest])),
    ...(artifact.withoutReferrers ? { withoutReferrers: true } : {}),
  };
}
