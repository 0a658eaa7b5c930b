import { pluginSteps, type StepStage } from "../../driver/plugin_step.ts";
import { pluginTarget } from "../../driver/plugin_target.ts";
import { isPiped, type Reference } from "../../oci/reference.ts";
import type { Host } from "../../pipeline/host.ts";
import type { Stage } from "../../pipeline/plugin.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import type { ReadyOf } from "../../pipeline/ready_plugin.ts";
import { storeTarget } from "../../pipeline/store_target.ts";
import { type OwnReference, ownReference, type Target } from "../../pipeline/target.ts";
import type { Log } from "../../work/context.ts";
import type { FoundConfig } from "../config/find_config.ts";
import type { RegistryAccess } from "../places/access.ts";
import { storeAt } from "../places/open_store.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import { collectorFor, sourceDirectory } from "./collector_for.ts";
import type { PublishFlags } from "./commands.ts";
import { ignoringFor } from "./ignoring_for.ts";
import type { ChosenProfile } from "./profiles.ts";
import type { Settings } from "./settings.ts";
import { builtIns } from "./stages/built_ins.ts";
import { type MadePlugin, makePlugins } from "./stages/make_plugins.ts";
import { refuseUntrusted } from "./stages/refuse_untrusted.ts";
import { stageEntries } from "./stages/stage_entries.ts";
import type { OpenTarget } from "./stages/stage_entry.ts";
import { writtenEntries } from "./stages/written_entries.ts";

/** What the pipeline is made with, beyond what the user wants. */
export interface Means {
  readonly flags: PublishFlags;
  readonly found: FoundConfig | undefined;
  readonly world: World;
  readonly log: Log;
  /** The way to registries; without it the pipeline has no targets. */
  readonly access?: Pick<RegistryAccess, "store">;
  readonly host: Host;
}

/** A pipeline, and its plugins in their order. */
export interface BuiltPipeline {
  readonly pipeline: Pipeline;
  readonly plugins: readonly MadePlugin[];
}

/**
 * Puts the pipeline together, as settings and configuration say. Nothing of it has run.
 *
 * @throws {ConfigError} Names all that is wrong with the plugins of the configuration.
 */
export async function buildPipeline(
  settings: Settings,
  chosen: ChosenProfile,
  { flags, found, world, log, access, host }: Means,
): Promise<BuiltPipeline> {
  const written = writtenEntries(found?.config ?? {}, found?.places);
  if (found !== undefined) await refuseUntrusted(found, written, log);
  const ignoring = await ignoringFor(settings, chosen);
  const directory = await sourceDirectory(settings.source);
  const make = await builtIns({ settings, flags, profile: chosen.facts, directory, world, prune: ignoring.prune });
  // Standard input is looked at only when nobody has said what to make of it.
  const collector = written.stages.collect === undefined
    ? await collectorFor(settings, { make, world, archiveWith: chosen.facts.archiveWith })
    : undefined;
  const entries = stageEntries({
    settings,
    flags,
    written,
    make,
    ignoring,
    collector,
    profile: chosen,
    targets: access === undefined
      ? []
      : settings.targets.map((reference) => openTarget(reference, settings, { access, flags })),
    placeOf: (...path) => found?.places.at(path.filter((part) => part !== undefined)) ?? "configuration",
  });
  const load = { base: ".", env: (name: string) => world.declaredEnv([name])[name], signal: world.signal };
  const plugins = await makePlugins(entries, { host, places: found?.places, load });
  const targets = targetsOf(plugins, settings);
  const [archive] = of(plugins, "archive");
  if (archive === undefined) throw new TypeError("Cannot build a pipeline: nothing makes layers");
  return {
    plugins,
    pipeline: {
      collect: of(plugins, "collect"),
      filter: of(plugins, "filter"),
      archive,
      annotate: of(plugins, "annotate"),
      upload: targets,
      tag: of(plugins, "tag"),
      custom: pluginSteps(
        plugins.flatMap(({ plugin }) => plugin !== undefined && isStep(plugin) ? [plugin] : []),
        targets,
      ),
    },
  };
}

function openTarget(
  reference: Reference,
  settings: Settings,
  { access, flags }: Pick<Means, "flags"> & { readonly access: Pick<RegistryAccess, "store"> },
): OpenTarget {
  if (isPiped(reference)) {
    throw new UsageError("Cannot push to oci-archive:-: push to oci-layout:DIR, and copy that to oci-archive:-");
  }
  return (chosen, name) => {
    const { concurrency = settings.concurrency } = flags.concurrency === undefined ? chosen : {};
    const { store } = storeAt(reference, { access, right: "push", concurrency });
    return storeTarget(store, { name, concurrency, ...ownNames(reference, settings) });
  };
}

/** A tag that a target's own reference asks for is as immutable as the others. */
function ownNames(reference: Reference, { immutable, force }: Settings): OwnReference {
  return ownReference(reference, { immutable: immutable && !force });
}

/** The targets that are named come first, and in their order. */
function targetsOf(plugins: readonly MadePlugin[], { targets: references }: Settings): readonly Target[] {
  const targets = plugins.flatMap(({ plugin, target }) =>
    target !== undefined ? [target] : isUpload(plugin) ? [pluginTarget(plugin)] : []
  );
  const again = targets.find(({ url }, at) =>
    targets.findIndex((other) => other.url === url) < at && at >= references.length
  );
  if (again !== undefined) throw new UsageError(`The target ${again.url} is there twice, once by plugin ${again.name}`);
  return targets;
}

function of<S extends Stage>(plugins: readonly MadePlugin[], stage: S): readonly ReadyOf<S>[] {
  return plugins.flatMap(({ plugin }) => plugin?.stage === stage ? [plugin as ReadyOf<Stage> as ReadyOf<S>] : []);
}

function isUpload(plugin: ReadyOf<Stage>): plugin is ReadyOf<"upload"> {
  return plugin.stage === "upload";
}

function isStep(plugin: ReadyOf<Stage>): plugin is ReadyOf<StepStage> {
  return plugin.stage.includes(":");
}
