import { pluginSteps, type StepStage } from "../../driver/plugin_step.ts";
import { pluginTarget } from "../../driver/plugin_target.ts";
import type { BaseImage } from "../../pack/base_image.ts";
import { CREATED_ANNOTATION, REVISION_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Host } from "../../pipeline/host.ts";
import type { Stage } from "../../pipeline/plugin.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import { layerCacheIn } from "../../pack/layer_cache.ts";
import { VERSION } from "../../host/version.ts";
import type { ReadyOf } from "../../pipeline/ready_plugin.ts";
import type { Target } from "../../pipeline/target.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { Context, Log } from "../../work/context.ts";
import { programOfKey } from "../../sign/signers/program_of_key.ts";
import type { RegistryAccess } from "../../places/registry_access.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import { knownAnnotation } from "./known_annotation.ts";
import { sourceDirectory } from "./source_path.ts";
import { annotateEntries, annotators } from "./stages/annotate.ts";
import { archiveEntry } from "./stages/archive.ts";
import { collectEntries } from "./stages/collect.ts";
import { filterEntries } from "./stages/filter.ts";
import { type MadePlugin, makePlugins } from "./stages/make_plugins.ts";
import { pluginHost } from "./stages/plugin_host.ts";
import type { SigningMeans } from "./signing.ts";
import { fromList, type StageEntry } from "./stages/stage_entry.ts";
import { tagEntries } from "./stages/tag.ts";
import { uploadEntries } from "./stages/upload.ts";

/** What the pipeline is made with, beyond what the user wants. */
export interface Means {
  readonly machine: Pick<Machine, "env" | "hide" | "load" | "password" | "stdin" | "watch">;
  readonly context: Context;
  readonly mode: Host["mode"];
  /** The way to registries; without it the pipeline has no targets. */
  readonly access?: Pick<RegistryAccess, "ask" | "store">;
  /** The image that an image is built on. */
  readonly base?: BaseImage | undefined;
}

/** A pipeline, and its plugins in their order. */
export interface BuiltPipeline {
  readonly pipeline: Pipeline;
  readonly plugins: readonly MadePlugin[];
}

/**
 * Puts the pipeline together. Nothing of it has run. A list of plugins replaces the default of its stage; what other
 * options say counts all the same, and comes first.
 *
 * @throws {OptionsError} Names all that is wrong with the plugins in the lists.
 */
export async function buildPipeline(
  settings: Settings,
  { machine, context, mode, access, base }: Means,
): Promise<BuiltPipeline> {
  const { signal, log } = context;
  const { written, positions, profile } = settings;
  await askLeave(settings, log);
  const { entries: filters, prune } = await filterEntries(settings);
  const cache = settings.cache && settings.cacheDirectory !== undefined
    ? layerCacheIn(settings.cacheDirectory, { version: VERSION, log })
    : undefined;
  const annotating = annotators(settings, await sourceDirectory(settings.source));
  const known = (key: string): Promise<string | undefined> =>
    knownAnnotation(key, settings, { annotators: annotating, machine, context });
  const stages: readonly StageEntry[] = [
    ...await collectEntries(settings, { stdin: machine.stdin, signal, prune }),
    ...filters,
    archiveEntry(settings, { openCache: cache, findRevision: () => known(REVISION_ANNOTATION), baseImage: base }),
    ...annotateEntries(settings, annotating),
    ...uploadEntries(settings, access),
    ...tagEntries(settings),
    ...written.custom.map(({ stage, ...entry }) => fromList(stage, entry)),
  ];
  let targets: readonly Target[] = [];
  // Behind all steps of the user's own: one of them may be a gate.
  const entries = [
    ...stages,
    ...await signing(settings, { machine, context, mode, ask: access?.ask, targets: () => targets }),
  ];
  // Only certain artifacts and plugins of the user's own ask for it, and to know it takes a look at git.
  const isAsked = profile.facts.usesTime ||
    stages.some(({ builtIn, target }) => builtIn === undefined && target === undefined);
  const created = isAsked ? await known(CREATED_ANNOTATION) : undefined;
  const sourceDate = created === undefined ? undefined : new Date(created);
  const host = pluginHost(machine, { mode, log, sourceDate, cache });
  const plugins = await makePlugins(entries, { host, positions, load: machine.load, signal });
  targets = targetsOf(plugins, settings);
  const [archive] = ofStage(plugins, "archive");
  if (archive === undefined) throw new TypeError("Cannot build a pipeline: nothing makes layers");
  // What a plugin of the user's own packs is the plugin's business.
  const describe = written.packsItself ? undefined : profile.facts.describe;
  return {
    plugins,
    pipeline: {
      collect: ofStage(plugins, "collect"),
      filter: ofStage(plugins, "filter"),
      archive,
      annotate: ofStage(plugins, "annotate"),
      ...(describe === undefined ? {} : { describe }),
      upload: targets,
      tag: ofStage(plugins, "tag"),
      custom: pluginSteps(
        plugins.flatMap(({ plugin }) => plugin !== undefined && isStep(plugin) ? [plugin] : []),
        targets,
      ),
    },
  };
}

/** What signs is loaded only where something is to be signed or said. */
async function signing(settings: Settings, means: SigningMeans): Promise<readonly StageEntry[]> {
  const { sign, signKeyless, provenance, sboms } = settings;
  if (sign.length === 0 && !signKeyless && sboms.length === 0 && !provenance) return [];
  const { signingEntries } = await import("./signing.ts");
  return await signingEntries(settings, means);
}

/** Asks whether files may be used that the configuration names. What has a mere name is in this program already. */
async function askLeave(
  { written: { stages, custom }, wanted, signKeyless, allow }: Settings,
  log: Log,
): Promise<void> {
  const plugins = [...Object.values(stages).flat(), ...custom].filter(({ factory }) => factory === undefined)
    .map(({ spec }) => spec).filter((spec) => specifierKind(spec) !== "name");
  const keys = wanted.last("sign");
  const signers = keys?.from.by === "configuration" ? keys.value.flatMap((key) => programOfKey(key) ?? []) : [];
  const code = [...new Set([...plugins, ...signers.map((program) => `exec:${program}`)])];
  const services = (["signingConfig", "trustedRoot"] as const).flatMap((name) => {
    const said = signKeyless ? wanted.last(name) : undefined;
    return said?.from.by === "configuration" ? said.value : [];
  });
  if (code.length + services.length > 0) await allow?.({ code, services }, log);
}

/** The targets that are named come first, and in their order. */
function targetsOf(plugins: readonly MadePlugin[], { targets: references }: Settings): readonly Target[] {
  const targets = plugins.flatMap(({ plugin, target }) =>
    target !== undefined ? [target] : isUpload(plugin) ? [pluginTarget(plugin)] : []
  );
  const again = targets.find(({ url }, at) =>
    targets.findIndex((other) => other.url === url) < at && at >= references.length
  );
  if (again !== undefined) {
    throw new OptionsError(`The target ${again.url} is there twice, once by plugin ${again.name}`);
  }
  return targets;
}

function ofStage<S extends Stage>(plugins: readonly MadePlugin[], stage: S): readonly ReadyOf<S>[] {
  return plugins.flatMap(({ plugin }) => plugin?.stage === stage ? [plugin as ReadyOf<Stage> as ReadyOf<S>] : []);
}

function isUpload(plugin: ReadyOf<Stage>): plugin is ReadyOf<"upload"> {
  return plugin.stage === "upload";
}

function isStep(plugin: ReadyOf<Stage>): plugin is ReadyOf<StepStage> {
  return plugin.stage.includes(":");
}
