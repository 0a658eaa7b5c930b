import type { Verdict } from "../consumers/judge.ts";
import type { Digest } from "../oci/digest.ts";
import { type CustomStep, withStep } from "../pipeline/flow.ts";
import { type Pipeline, planArtifact as makeArtifact, selectEntries } from "../pipeline/publish.ts";
import { STAGES } from "../pipeline/stages.ts";
import { tagNames, tagsOfTarget } from "../pipeline/tag.ts";
import type { Target } from "../pipeline/target.ts";
import type { Artifact, Attributed, Dropped, Selected } from "../pipeline/values.ts";
import type { TagName } from "../store/store.ts";
import { consumersOf } from "./judging/consumers_of.ts";
import { plannedTags } from "./judging/refuse_refused.ts";
import type { ChosenProfile } from "./publish/choose_profile.ts";
import type { ConfiguredOptions, PublishOptions } from "./publish/publish_options.ts";
import type { MadePlugin } from "./publish/stages/make_plugins.ts";
import { TARGET_VERSION } from "./publish/stages/upload.ts";
import { type OpenPublication, openPublication, warnOfGaps } from "./publish/open_publication.ts";

/** What is known before anything is packed, as `gantry plan --no-digest -o json` prints it. */
export interface PlannedFiles {
  /** What is packed. */
  readonly source: string;
  /** Which shape it gets. */
  readonly profile: string;
  /** Why this profile. */
  readonly profileBecause: string;
  /** The files that are kept. */
  readonly files: readonly { readonly path: string; readonly size: number; readonly executable: boolean }[];
  /** What is left out, and why. */
  readonly dropped: readonly Dropped[];
}

/** What a push would publish, as `gantry plan -o json` prints it. */
export interface PlanResult extends PlannedFiles {
  /** The artifact's type, where it has one. */
  readonly artifactType?: string;
  /** The config of the manifest. */
  readonly config: PlannedBlob;
  /** Its layers. */
  readonly layers: readonly PlannedBlob[];
  /** Its annotations, and who gave each. */
  readonly annotations: Readonly<Record<string, Attributed>>;
  /** Where it would go, and the tags that it would get there. */
  readonly targets: readonly { readonly url: string; readonly tags: readonly TagName[] }[];
  /** The tags that every target gets. */
  readonly tags: readonly TagName[];
  /** The digest that a push of the same will have. */
  readonly digest: Digest;
  /** Whether those who were asked for would accept it; absent when nobody was. */
  readonly consumers?: readonly Verdict[];
}

/** One blob of a {@linkcode PlanResult}. */
export interface PlannedBlob {
  /** What it is. */
  readonly mediaType: string;
  /** Its digest. */
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  /** What the manifest says of it. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Says what {@linkcode push} would publish. It contacts no registry, and writes nothing but the cache.
 *
 * @throws {OptionsError} When an option makes no sense.
 * @throws {StageError} Says in which stage it failed.
 */
export async function plan(options: PublishOptions): Promise<PlanResult> {
  return await planConfigured(options);
}

/**
 * The same, with what the command line knows besides.
 *
 * @param onFiles Told the files before they are packed, which may take long.
 */
export async function planConfigured(
  options: ConfiguredOptions,
  onFiles?: (planned: PlannedFiles) => void,
): Promise<PlanResult> {
  await using opened = await openPublication(options, "plan");
  const { settings, context } = opened;
  const pipeline = onFiles === undefined ? opened.pipeline : telling(opened, onFiles);
  const artifact = await makeArtifact({ location: settings.source }, pipeline, context);
  warnOfGaps(opened, artifact);
  const tags = await tagNames(pipeline.tag, artifact, context);
  const result = planResult(artifact, { profile: settings.profile, targets: pipeline.upload, tags });
  const consumers = await consumersOf(settings.consumers);
  if (consumers.length === 0) return result;
  const { judge } = await import("../consumers/judge.ts");
  const { plannedArtifact } = await import("./judging/planned_artifact.ts");
  const { plannedSignatures } = await import("./judging/planned_signatures.ts");
  const plans = { tags: await plannedTags(pipeline, artifact, context), ...plannedSignatures(settings) };
  const planned = await plannedArtifact(artifact, plans, context);
  return { ...result, consumers: judge(planned, consumers) };
}

/** Says which files {@linkcode planConfigured} would pack, and packs none. Steps before the archive are not asked. */
export async function planFilesConfigured(options: ConfiguredOptions): Promise<PlannedFiles> {
  await using opened = await openPublication(options, "plan");
  const { settings, pipeline, context } = opened;
  const selected = await selectEntries({ location: settings.source }, pipeline, context);
  return plannedFiles(selected, opened);
}

function telling({ pipeline, settings }: OpenPublication, onFiles: (planned: PlannedFiles) => void): Pipeline {
  const step: CustomStep<Selected> = {
    name: "files",
    run(selected): Promise<Selected> {
      onFiles(plannedFiles(selected, { settings }));
      return Promise.resolve(selected);
    },
  };
  return { ...pipeline, custom: withStep(pipeline.custom ?? {}, { after: "filter", step }) };
}

function plannedFiles(
  { source, entries, dropped }: Selected,
  { settings: { profile } }: Pick<OpenPublication, "settings">,
): PlannedFiles {
  return {
    source: source.location,
    profile: profile.name,
    profileBecause: profile.because,
    files: entries.filter(({ kind }) => kind === "file")
      .map(({ path, size, executable }) => ({ path, size, executable })),
    dropped,
  };
}

/** The plugins of a pipeline, as `gantry plan --stages -o json` prints them. */
export interface PlannedStages {
  /** In the order in which they run. */
  readonly plugins: readonly PlannedPlugin[];
}

/** One plugin of {@linkcode PlannedStages}. */
export interface PlannedPlugin {
  /** Where it stands. */
  readonly stage: string;
  /** What the pipeline calls it. */
  readonly id: string;
  /** What it calls itself. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** A name, a file, a package or a program. */
  readonly use: string;
  /** Where an upload plugin uploads to. */
  readonly target?: string;
  /** `default`, an option, a profile, or a place in the configuration file. */
  readonly decidedBy: string;
}

/**
 * Says which plugins {@linkcode push} would run in which order, and who decided each. It loads them and lets none run.
 *
 * @throws {OptionsError} When an option makes no sense.
 */
export async function planStages(options: PublishOptions): Promise<PlannedStages> {
  return await planStagesConfigured(options);
}

/** The same, with what the command line knows besides. */
export async function planStagesConfigured(options: ConfiguredOptions): Promise<PlannedStages> {
  await using opened = await openPublication(options, "plan");
  return stagesOf(opened.plugins);
}

function planResult(
  artifact: Artifact,
  { profile, targets, tags }: {
    readonly profile: ChosenProfile;
    readonly targets: readonly Target[];
    readonly tags: readonly TagName[];
  },
): PlanResult {
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

function stagesOf(plugins: readonly MadePlugin[]): PlannedStages {
  const inOrder = STAGES.flatMap((stage) => plugins.filter(({ entry }) => entry.stage === stage));
  return {
    plugins: inOrder.map(({ entry: { stage, spec, decidedBy }, plugin, target }) => {
      if (target !== undefined) {
        const { name: id, url } = target;
        return { stage, id, name: spec, version: TARGET_VERSION, use: spec, target: url, decidedBy };
      }
      const { id, name, version, place } = plugin;
      return {
        stage,
        id,
        name,
        version,
        use: spec,
        ...(place === undefined ? {} : { target: place.url }),
        decidedBy,
      };
    }),
  };
}
