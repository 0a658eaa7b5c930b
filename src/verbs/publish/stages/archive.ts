import { OptionsError } from "../../../options/options_error.ts";
import { pluginOptions } from "../../../options/plugin_options.ts";
import type { BaseImage } from "../../../pack/base_image.ts";
import type { ArchiveMeans } from "../../../pack/compression_choice.ts";
import type { OpenLayerCache } from "../../../pack/layer_cache.ts";
import type { Profile, TakenOption } from "../../../profiles/profile.ts";
import type { Settings } from "../settings.ts";
import { type BuiltIn, fromList, type StageEntry } from "./stage_entry.ts";

/** What of the settings is said about layers. What only some profiles take goes to their plugin as it is. */
export type PackingSettings =
  & Pick<Settings, "wanted" | "compression" | "version">
  & Readonly<Partial<Record<TakenOption, unknown>>>
  & PackingMeans;

/** What there is to pack with beyond the settings. */
export interface PackingMeans {
  /** Opens the cache of layers; without it every layer is made anew. */
  readonly openCache?: OpenLayerCache | undefined;
  /** Finds out the revision of the source; nobody knows it when left out. */
  readonly findRevision?: ArchiveMeans["revision"];
  /** The image that an image is built on. */
  readonly baseImage?: BaseImage | undefined;
}

/** What packs: a plugin of the user's own, or else the profile. */
export function archiveEntry(settings: Settings, means: PackingMeans): StageEntry {
  const { written, profile: { name, because, facts } } = settings;
  const [entry] = written.stages.archive ?? [];
  if (entry !== undefined && written.packsItself) return fromList("archive", entry);
  const builtIn = packing(name, facts, { ...settings, ...means });
  if (entry?.spec === name) return fromList("archive", entry, { [name]: builtIn });
  const decidedBy = because === "chosen explicitly" ? `profile ${name}` : `profile ${name}: ${because}`;
  return { stage: "archive", spec: name, decidedBy, builtIn };
}

/**
 * The plugin of a profile, with what was chosen about its layers.
 *
 * @throws {OptionsError} When the consumers of the profile have no use for what was chosen.
 */
export function packing(name: string, facts: Profile, settings: PackingSettings): BuiltIn {
  const { wanted, compression, version, openCache, findRevision, baseImage } = settings;
  refuseUnused(name, facts, settings);
  const options = given({
    // Where there is no choice, there is no option.
    compression: facts.compressions.length > 1 ? compression.kind : undefined,
    compressionLevel: facts.compressions.length > 0 && "level" in compression ? compression.level : undefined,
    ...Object.fromEntries(facts.takes.filter(isPluginOption).map((option) => [option, settings[option]])),
  });
  return {
    factory: facts.archive({
      ...("workers" in compression ? { workers: compression.workers } : {}),
      ...(version === undefined ? {} : { version }),
      cache: openCache,
      ...(findRevision === undefined ? {} : { revision: findRevision }),
      ...(baseImage === undefined ? {} : { base: baseImage }),
    }),
    options: pluginOptions(wanted, "archive/*", options),
  };
}

/** What the user has chosen and the consumers of a profile cannot take. */
function refuseUnused(name: string, facts: Profile, settings: PackingSettings): void {
  for (const [option, what] of Object.entries(TAKEN) as [TakenOption, string][]) {
    // What is switched off is not wanted.
    if (settings[option] === undefined || settings[option] === false || facts.takes.includes(option)) continue;
    throw new OptionsError(`Cannot use ${what} with profile "${name}": its consumers expect none`);
  }
  const { wanted, compression: { kind } } = settings;
  if (facts.compressions.includes("zip")) {
    if (wanted.last("compression") === undefined) return;
    throw new OptionsError(
      `Cannot use compression "${kind}" with profile "${name}": it publishes a zip, whose level alone can be chosen`,
    );
  }
  const isGiven = (["compression", "compressionLevel"] as const).some((option) => wanted.last(option) !== undefined);
  if (facts.compressions.length === 0 ? !isGiven : facts.compressions.includes(kind)) return;
  const read = facts.compressions.length === 0
    ? "it publishes files as they are"
    : `its consumers read ${facts.compressions.join(" and ")} only`;
  throw new OptionsError(`Cannot use compression "${kind}" with profile "${name}": ${read}`);
}

/** What people call the options that only some profiles take. */
const TAKEN: Readonly<Record<TakenOption, string>> = {
  artifactType: "an artifact type",
  appVersion: "an app version",
  mediaTypes: "media types",
  labels: "labels",
  platform: "a platform",
  base: "a base image",
  entrypoint: "an entrypoint",
  imageEnv: "environment variables",
  trivy: "a bundle for Trivy",
};

/** An image that another one is built on is opened before: the plugin gets it, and not its name. */
function isPluginOption(option: TakenOption): boolean {
  return option !== "base";
}

function given(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
