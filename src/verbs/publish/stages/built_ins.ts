import { makePlugin } from "../../../driver/check_plugin.ts";
import { PLACE_KIND_NAMES } from "../../../oci/reference.ts";
import { wantedOf } from "../../../options/wanted.ts";
import { GZIP_LEVEL } from "../../../pack/compression.ts";
import type { Kit, PluginBase, Stage } from "../../../pipeline/plugin.ts";
import type { StageName } from "../../../pipeline/stage_error.ts";
import { STAGE_NAMES } from "../../../pipeline/stages.ts";
import { loadProfiles, PROFILE_NAMES } from "../../../profiles/profiles.ts";
import { namedProfile } from "../choose_profile.ts";
import { ANNOTATOR_NAMES, annotators } from "./annotate.ts";
import { packing } from "./archive.ts";
import { COLLECTOR_NAMES, collectors } from "./collect.ts";
import { FILTER_NAMES, filters } from "./filter.ts";
import type { BuiltIn } from "./stage_entry.ts";
import { TAGGER_NAMES, taggers } from "./tag.ts";
import { isTargetKind, targetKind } from "./upload.ts";

/** What is built in, by the stage in whose list a configuration may name it. Each stage has a file that makes them. */
const NAMES: Readonly<Record<StageName, readonly string[]>> = {
  collect: COLLECTOR_NAMES,
  filter: FILTER_NAMES,
  archive: PROFILE_NAMES,
  annotate: ANNOTATOR_NAMES,
  upload: PLACE_KIND_NAMES,
  tag: TAGGER_NAMES,
};

/** The names that can stand in the list of a stage; none around the stages. */
export function namesOfStage(stage: Stage): readonly string[] {
  return Object.hasOwn(NAMES, stage) ? NAMES[stage as StageName] : [];
}

/** The stages that have a built-in plugin of a name; none for another name. */
export function stagesOfBuiltIn(name: string): readonly StageName[] {
  return STAGE_NAMES.filter((stage) => NAMES[stage].includes(name));
}

/** What is known of a plugin that does not run. */
// deno-lint-ignore no-explicit-any -- options are checked by the plugin's own schema, and known to it alone
export type DescribedPlugin = Omit<PluginBase<Stage, any>, "run">;

/** Describes every built-in plugin and every kind of target, each with the name that a configuration writes. */
export async function listBuiltIns(kit: Kit): Promise<readonly (readonly [use: string, plugin: DescribedPlugin])[]> {
  const plugins = await builtIns();
  return STAGE_NAMES.flatMap((stage) =>
    NAMES[stage].flatMap((name): readonly (readonly [string, DescribedPlugin])[] => {
      if (stage === "upload") return isTargetKind(name) ? [[name, targetKind(name, kit)]] : [];
      const factory = plugins[stage][name]?.factory;
      return factory === undefined ? [] : [[name, makePlugin(factory, kit, name)]];
    })
  );
}

/** Every plugin as it is where nobody has said anything. */
async function builtIns(): Promise<
  Readonly<Record<Exclude<StageName, "upload">, Readonly<Record<string, BuiltIn>>>>
> {
  const wanted = wantedOf([]);
  const profiles = await loadProfiles();
  const profile = await namedProfile("generic");
  const compression = { kind: "gzip", level: GZIP_LEVEL, workers: 0 } as const;
  const settings = { ...wanted.values, wanted, source: ".", profile, compression };
  const packers = PROFILE_NAMES.map((name) => [name, packing(name, profiles[name], settings)] as const);
  return {
    collect: collectors(settings, { stdin: () => ReadableStream.from([]), prune: () => false }),
    filter: filters(),
    archive: Object.fromEntries(packers),
    annotate: annotators(settings, "."),
    tag: taggers(settings),
  };
}
