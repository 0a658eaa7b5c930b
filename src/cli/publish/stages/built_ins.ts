import { makePlugin } from "../../../driver/check_plugin.ts";
import type { Kit, PluginBase, Stage } from "../../../pipeline/plugin.ts";
import type { StageName } from "../../../pipeline/stage_error.ts";
import { STAGE_NAMES } from "../../../pipeline/stages.ts";
import { env } from "../../../plugins/annotate/env.ts";
import { git } from "../../../plugins/annotate/git.ts";
import { readEvent } from "../../../plugins/annotate/read_event.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import { directory } from "../../../plugins/collect/directory.ts";
import { file } from "../../../plugins/collect/file.ts";
import { stdin } from "../../../plugins/collect/stdin.ts";
import { tar } from "../../../plugins/collect/tar.ts";
import { ignore } from "../../../plugins/filter/ignore.ts";
import { latest } from "../../../plugins/tag/latest.ts";
import { staticTags } from "../../../plugins/tag/static.ts";
import type { VersionMeans } from "../../../plugins/tag/known_version.ts";
import { version } from "../../../plugins/tag/version.ts";
import type { Profile } from "../../../profiles/profile.ts";
import { isProfileName, loadProfiles, PROFILE_NAMES, type ProfileName } from "../../../profiles/profiles.ts";
import { UsageError } from "../../usage_error.ts";
import type { World } from "../../world.ts";
import type { PublishFlags } from "../commands.ts";
import { resolveSettings, type Settings } from "../settings.ts";
import type { BuiltIn } from "./stage_entry.ts";
import { isTargetKind, TARGET_KIND_NAMES, targetKind } from "./target_kinds.ts";

/** What built-in plugins are made with. */
export interface BuiltInMeans {
  readonly settings: Settings;
  readonly flags: PublishFlags;
  readonly profile: Profile;
  /** Where git is looked for. */
  readonly directory: string;
  readonly world: Pick<World, "stdin">;
  readonly prune: (path: string) => boolean;
}

type Make = (means: BuiltInMeans) => BuiltIn;

/**
 * Every built-in plugin by stage and by the name that a configuration writes, with what settings and flags say about it.
 * Those that pack are the profiles, and what uploads is no plugin but a store.
 */
const BUILT_INS = {
  collect: {
    directory: ({ prune, ...means }) => ({ factory: directory({ prune }), ...links(means) }),
    file: () => ({ factory: file(), options: {} }),
    stdin: ({ world, settings, flags }) => ({
      factory: stdin({ read: world.stdin }),
      options: { name: settings.stdinName },
      flags: given({ name: flags.stdinName }),
    }),
    tar: ({ world, ...means }) => ({
      factory: means.settings.source === "-" ? tar({ open: world.stdin }) : tar(),
      ...links(means),
    }),
  },
  filter: { ignore: () => ({ factory: ignore(), options: { patterns: [] } }) },
  annotate: {
    static: () => ({ factory: staticAnnotations(), options: {} }),
    env: ({ directory, profile: { revision } }) => ({ factory: env({ readEvent, directory }), options: { revision } }),
    git: ({ directory, profile: { revision } }) => ({ factory: git({ directory }), options: { revision } }),
  },
  tag: {
    version: ({ settings, ...means }) => ({
      factory: version(versionMeans({ settings, ...means })),
      options: { immutable: !settings.force },
      ...forced(settings),
    }),
    static: ({ settings }) => ({ factory: staticTags(), options: immutable(settings), ...forced(settings) }),
    latest: ({ settings, ...means }) => ({
      factory: latest(versionMeans({ settings, ...means })),
      options: immutable(settings),
      ...forced(settings),
    }),
  },
} as const satisfies Record<Exclude<StageName, "archive" | "upload">, Readonly<Record<string, Make>>>;

/** Makes the built-in plugin of a name; `undefined` when the stage has none of that name. */
export type MakeBuiltIn = (stage: Stage, name: string) => BuiltIn | undefined;

/** Gives built-in plugins what they are made with. */
export async function builtIns(means: BuiltInMeans): Promise<MakeBuiltIn> {
  const profiles = await loadProfiles();
  const table: Readonly<Record<string, Readonly<Record<string, Make>>>> = BUILT_INS;
  return (stage, name) => {
    if (!isBuiltIn(stage, name)) return undefined;
    return isProfileName(name) && stage === "archive"
      ? packing(name, profiles[name], means)
      : table[stage]?.[name]?.(means);
  };
}

/** The names that can stand in the list of a stage, in the order of the table; none around the stages. */
export function namesOfStage(stage: Stage): readonly string[] {
  if (stage === "archive") return PROFILE_NAMES;
  if (stage === "upload") return TARGET_KIND_NAMES;
  return Object.hasOwn(BUILT_INS, stage) ? Object.keys(BUILT_INS[stage as keyof typeof BUILT_INS]) : [];
}

/** Tells whether a stage has a built-in plugin, or a kind of target, of a name. */
export function isBuiltIn(stage: Stage, name: string): boolean {
  return namesOfStage(stage).includes(name);
}

/** The stages that have a built-in plugin of a name; none for another name. */
export function stagesOfBuiltIn(name: string): readonly StageName[] {
  return STAGE_NAMES.filter((stage) => isBuiltIn(stage, name));
}

/** What is known of a plugin that does not run. */
// deno-lint-ignore no-explicit-any -- options are checked by the plugin's own schema, and known to it alone
export type DescribedPlugin = Omit<PluginBase<Stage, any>, "run">;

/** Describes every built-in plugin and every kind of target, each with the name that a configuration writes. */
export async function listBuiltIns(kit: Kit): Promise<readonly (readonly [use: string, plugin: DescribedPlugin])[]> {
  const make = await builtIns({
    settings: resolveSettings(["."], {}, undefined),
    flags: {},
    profile: (await loadProfiles()).generic,
    directory: ".",
    world: { stdin: () => ReadableStream.from([]) },
    prune: () => false,
  });
  return STAGE_NAMES.flatMap((stage) =>
    namesOfStage(stage).flatMap((name): readonly (readonly [string, DescribedPlugin])[] => {
      if (stage === "upload") return isTargetKind(name) ? [[name, targetKind(name, kit)]] : [];
      const factory = make(stage, name)?.factory;
      return factory === undefined ? [] : [[name, makePlugin(factory, kit, name)]];
    })
  );
}

/**
 * The plugin of a profile, with what was chosen about its layers.
 *
 * @throws {UsageError} When the consumers of the profile have no use for what was chosen.
 */
function packing(name: ProfileName, facts: Profile, { settings, flags }: BuiltInMeans): BuiltIn {
  const { compression, artifactType, appVersion, mediaTypes, version } = settings;
  refuseUnused(name, facts, settings);
  const options = given({
    // Where there is no choice, there is no option.
    compression: facts.compressions.length > 1 ? compression.kind : undefined,
    compressionLevel: facts.compressions.length > 0 && "level" in compression ? compression.level : undefined,
    artifactType,
    appVersion,
    mediaTypes: facts.takes.includes("mediaTypes") ? mediaTypes ?? {} : undefined,
  });
  const said = given({
    compression: flags.compression,
    compressionLevel: flags.compressionLevel,
    artifactType: flags.artifactType,
    appVersion: flags.appVersion,
    mediaTypes: flags.mediaType,
  });
  return {
    factory: facts.archive({
      ...("workers" in compression ? { workers: compression.workers } : {}),
      ...(version === undefined ? {} : { version }),
    }),
    options,
    flags: Object.fromEntries(Object.entries(options).filter(([key]) => key in said)),
  };
}

/** What the user has chosen and the consumers of a profile cannot take. */
function refuseUnused(name: ProfileName, facts: Profile, settings: Settings): void {
  const chosen = { artifactType: "an artifact type", appVersion: "an app version", mediaTypes: "media types" } as const;
  for (const key of ["artifactType", "appVersion", "mediaTypes"] as const) {
    if (settings[key] === undefined || facts.takes.includes(key)) continue;
    throw new UsageError(`Cannot use ${chosen[key]} with profile "${name}": its consumers expect none`);
  }
  const { kind } = settings.compression;
  if (facts.compressions.length === 0 ? !settings.isCompressionGiven : facts.compressions.includes(kind)) return;
  const read = facts.compressions.length === 0
    ? "it publishes files as they are"
    : `its consumers read ${facts.compressions.join(" and ")} only`;
  throw new UsageError(`Cannot use compression "${kind}" with profile "${name}": ${read}`);
}

function versionMeans({ settings: { version }, profile }: BuiltInMeans): VersionMeans {
  return {
    version,
    ...(profile.tagOf === undefined ? {} : { tagOf: (text: string) => profile.tagOf?.(text) ?? text }),
  };
}

function links({ settings, flags }: Pick<BuiltInMeans, "settings" | "flags">): Omit<BuiltIn, "factory"> {
  return { options: { symlinks: settings.symlinks }, flags: given({ symlinks: flags.symlinks }) };
}

function immutable({ immutable, force }: Settings): BuiltIn["options"] {
  return { immutable: immutable && !force };
}

/** `--force` counts whatever the configuration says. */
function forced({ force }: Settings): Pick<BuiltIn, "flags"> {
  return force ? { flags: { immutable: false } } : {};
}

function given(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
