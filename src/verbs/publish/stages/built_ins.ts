import { REVISION_ANNOTATION } from "../../../oci/annotation_keys.ts";
import { makePlugin } from "../../../driver/check_plugin.ts";
import type { Kit, PluginBase, Stage } from "../../../pipeline/plugin.ts";
import type { StageName } from "../../../pipeline/stage_error.ts";
import { STAGE_NAMES } from "../../../pipeline/stages.ts";
import { ci } from "../../../plugins/annotate/ci.ts";
import { git } from "../../../plugins/annotate/git.ts";
import { readEvent } from "../../../plugins/annotate/ci/read_event.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import { GZIP_LEVEL } from "../../../pack/compression.ts";
import { directory } from "../../../plugins/collect/directory.ts";
import { file } from "../../../plugins/collect/file.ts";
import { stdin } from "../../../plugins/collect/stdin.ts";
import { tar } from "../../../plugins/collect/tar.ts";
import { ignore } from "../../../plugins/filter/ignore.ts";
import { latest } from "../../../plugins/tag/latest.ts";
import { staticTags } from "../../../plugins/tag/static.ts";
import type { VersionMeans } from "../../../plugins/tag/known_version.ts";
import { version } from "../../../plugins/tag/version.ts";
import type { Profile, TakenOption } from "../../../profiles/profile.ts";
import { isProfileName, loadProfiles, PROFILE_NAMES, type ProfileName } from "../../../profiles/profiles.ts";
import { OptionsError } from "../../../options/options_error.ts";
import { pluginOptions } from "../../../options/plugin_options.ts";
import { wantedOf } from "../../../options/wanted.ts";
import type { Machine } from "../machine.ts";
import { namedProfile } from "../choose_profile.ts";
import type { Settings } from "../settings.ts";
import { type Asked, askedOnce } from "./asked_once.ts";
import type { BuiltIn } from "./stage_entry.ts";
import type { SaidPipeline } from "./written_entries.ts";
import { isTargetKind, TARGET_KIND_NAMES, targetKind } from "./target_kinds.ts";

/** What built-in plugins are made with. */
export interface BuiltInMeans {
  readonly settings: Omit<Settings, keyof SaidPipeline | "spell" | "targets" | "annotations">;
  /** Where git is looked for. */
  readonly directory: string;
  readonly stdin: Machine["stdin"];
  /** Which files beside a file belong to it; none when left out. */
  readonly beside?: readonly string[] | undefined;
  readonly prune: (path: string) => boolean;
  /** What env and git have answered in this run. */
  readonly asked: Asked;
  /** Says what an annotation will be, before there are annotations. */
  readonly known: (key: string) => Promise<string | undefined>;
}

type Make = (means: BuiltInMeans) => BuiltIn;

/**
 * Every built-in plugin by stage and by the name that a configuration writes, with what settings and flags say about it.
 * Those that pack are the profiles, and what uploads is no plugin but a store.
 */
const BUILT_INS = {
  collect: {
    directory: ({ prune, settings: { wanted } }) => ({
      factory: directory({ prune }),
      options: pluginOptions(wanted, "collect/directory"),
    }),
    file: ({ beside = [] }) => ({ factory: file({ beside }), options: only({}) }),
    stdin: ({ stdin: read, settings: { wanted } }) => ({
      factory: stdin({ read }),
      options: pluginOptions(wanted, "collect/stdin"),
    }),
    tar: ({ stdin: open, settings: { source, wanted } }) => ({
      factory: source === "-" ? tar({ open }) : tar(),
      options: pluginOptions(wanted, "collect/tar"),
    }),
  },
  filter: { ignore: () => ({ factory: ignore(), options: only({ patterns: [] }) }) },
  annotate: {
    static: () => ({ factory: staticAnnotations(), options: only({}) }),
    env: ({ directory, settings: { profile }, asked }) => ({
      factory: askedOnce(ci({ readEvent, directory }), asked),
      options: only({ revision: profile.facts.revision }),
    }),
    git: ({ directory, settings: { profile }, asked }) => ({
      factory: askedOnce(git({ directory }), asked),
      options: only({ revision: profile.facts.revision }),
    }),
  },
  tag: {
    version: ({ settings }) => ({ factory: version(versionMeans(settings)), options: moving(settings, true) }),
    static: ({ settings }) => ({ factory: staticTags(), options: moving(settings, settings.immutable) }),
    latest: ({ settings }) => ({
      factory: latest(versionMeans(settings)),
      options: moving(settings, settings.immutable),
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
  const wanted = wantedOf([]);
  const make = await builtIns({
    settings: {
      ...wanted.values,
      wanted,
      source: ".",
      profile: await namedProfile("generic"),
      compression: { kind: "gzip", level: GZIP_LEVEL, workers: 0 },
    },
    directory: ".",
    stdin: () => ReadableStream.from([]),
    prune: () => false,
    asked: new Map(),
    known: () => Promise.resolve(undefined),
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
 * @throws {OptionsError} When the consumers of the profile have no use for what was chosen.
 */
function packing(name: ProfileName, facts: Profile, { settings, known }: BuiltInMeans): BuiltIn {
  const { wanted, compression, version } = settings;
  refuseUnused(name, facts, settings);
  const options = given({
    // Where there is no choice, there is no option.
    compression: facts.compressions.length > 1 ? compression.kind : undefined,
    compressionLevel: facts.compressions.length > 0 && "level" in compression ? compression.level : undefined,
    ...Object.fromEntries(facts.takes.map((option) => [option, settings[option]])),
  });
  return {
    factory: facts.archive({
      ...("workers" in compression ? { workers: compression.workers } : {}),
      ...(version === undefined ? {} : { version }),
      revision: () => known(REVISION_ANNOTATION),
    }),
    options: pluginOptions(wanted, "archive/*", options),
  };
}

/** What the user has chosen and the consumers of a profile cannot take. */
function refuseUnused(name: ProfileName, facts: Profile, settings: BuiltInMeans["settings"]): void {
  for (const [option, what] of Object.entries(TAKEN) as [TakenOption, string][]) {
    if (settings[option] === undefined || facts.takes.includes(option)) continue;
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
  trivy: "a bundle for Trivy",
};

function versionMeans({ version, profile: { facts } }: BuiltInMeans["settings"]): VersionMeans {
  return {
    version,
    ...(facts.tagOf === undefined ? {} : { tagOf: (text: string) => facts.tagOf?.(text) ?? text }),
  };
}

/** Options that nobody but an entry of the plugin says anything of. */
function only(options: Readonly<Record<string, unknown>>): BuiltIn["options"] {
  return (own = {}) => ({ ...options, ...own });
}

/** Whether a tag may move. To force it counts whatever a list says. */
function moving({ force }: Pick<Settings, "force">, immutable: boolean): BuiltIn["options"] {
  return (own = {}) => ({ immutable, ...own, ...(force ? { immutable: false } : {}) });
}

function given(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
