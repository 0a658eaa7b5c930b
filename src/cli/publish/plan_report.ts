import type { Digest } from "../../oci/digest.ts";
import type { Target } from "../../pipeline/target.ts";
import { tagsOfTarget } from "../../pipeline/tag.ts";
import type { Artifact, Attributed, Dropped } from "../../pipeline/values.ts";
import type { ChosenProfile } from "./profiles.ts";
import { formatBytes } from "../output/format_bytes.ts";
import { printable } from "../output/printable.ts";
import type { TagName } from "../../store/store.ts";

/** What `gantry plan -o json` prints. */
export interface PlanReport {
  readonly source: string;
  readonly profile: string;
  /** Why this profile. */
  readonly profileBecause: string;
  readonly artifactType?: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly executable: boolean }[];
  readonly dropped: readonly Dropped[];
  readonly config: PlannedBlob;
  readonly layers: readonly PlannedBlob[];
  readonly annotations: Readonly<Record<string, Attributed>>;
  readonly targets: readonly { readonly url: string; readonly tags: readonly TagName[] }[];
  /** The tags that every target gets. */
  readonly tags: readonly TagName[];
  /** The digest that a push of the same will have. */
  readonly digest: Digest;
}

/** One blob of a {@linkcode PlanReport}. */
export interface PlannedBlob {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Says what a push would publish. */
export function planReport(
  artifact: Artifact,
  { profile, targets, tags }: {
    readonly profile: ChosenProfile;
    readonly targets: readonly Target[];
    readonly tags: readonly TagName[];
  },
): PlanReport {
  const { archive, entries, dropped, annotations, manifest, source } = artifact;
  return {
    source: source.location,
    profile: archive.profile,
    profileBecause: profile.because,
    ...(archive.artifactType === undefined ? {} : { artifactType: archive.artifactType }),
    files: entries.filter(({ kind }) => kind === "file")
      .map(({ path, size, executable }) => ({ path, size, executable })),
    dropped,
    config: archive.config.descriptor,
    layers: archive.layers.map(({ descriptor }) => descriptor),
    annotations,
    targets: targets.map((target) => ({ url: target.url, tags: tagsOfTarget(target, tags) })),
    tags,
    digest: manifest.descriptor.digest,
  };
}

/** Writes a plan for people. */
export function planText(report: PlanReport): string {
  const { files, dropped, layers, annotations, targets } = report;
  return [
    field("source", report.source),
    field("profile", `${report.profile} (${report.profileBecause})`),
    ...(report.artifactType === undefined ? [] : [field("type", report.artifactType)]),
    "",
    `files (${files.length} kept, ${dropped.length} left out)`,
    ...files.map(({ path, size, executable }) =>
      item(`+ ${path}`, `${formatBytes(size)}${executable ? ", executable" : ""}`)
    ),
    ...dropped.map(({ path, reason }) => item(`- ${path}`, reason)),
    "",
    "content",
    item("config", blobText(report.config)),
    ...layers.map((layer) => item("layer", blobText(layer))),
    "",
    "annotations",
    ...Object.entries(annotations).map(([key, { value, from }]) => item(key, `${value}  (${from})`)),
    ...(Object.keys(annotations).length === 0 ? ["  none"] : []),
    "",
    ...(targets.length === 0 ? [field("tags", tagList(report.tags))] : []),
    ...targets.map(({ url, tags }) => field("target", `${url}  ${tagList(tags)}`)),
    field("digest", report.digest),
    "",
  ].map(oneLine).join("\n");
}

/** No name and no value can begin a line of its own. */
function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n");
}

function field(name: string, value: string): string {
  return `${name.padEnd(8)} ${value}`;
}

function item(name: string, value: string): string {
  return `  ${name.padEnd(40)}  ${value}`;
}

function blobText({ digest, size, mediaType }: PlannedBlob): string {
  return `${digest}  ${formatBytes(size)}  ${mediaType}`;
}

function tagList(tags: readonly TagName[]): string {
  if (tags.length === 0) return "(no tag, by digest only)";
  return tags.map(({ name, immutable }) => immutable ? `${name} (immutable)` : name).join(", ");
}
