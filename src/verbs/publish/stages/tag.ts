import { pluginOptions, pluginOrigins } from "../../../options/plugin_options.ts";
import { latest } from "../../../plugins/tag/latest.ts";
import { staticTags } from "../../../plugins/tag/static.ts";
import { version } from "../../../plugins/tag/version.ts";
import type { Settings } from "../settings.ts";
import { type BuiltIn, byDefault, fromList, type StageEntry } from "./stage_entry.ts";

/** The names of the taggers that are built in. */
export const TAGGER_NAMES = ["version", "static", "latest"] as const;

type TaggerName = typeof TAGGER_NAMES[number];

/** What of the settings is said about tags. */
export type TaggingSettings = Pick<Settings, "version" | "force" | "immutable" | "profile">;

/** The taggers that are built in, by name. */
export function taggers(settings: TaggingSettings): Readonly<Record<TaggerName, BuiltIn>> {
  const { version: known, immutable, profile: { facts } } = settings;
  const means = {
    version: known,
    ...(facts.tagOf === undefined ? {} : { tagOf: (text: string) => facts.tagOf?.(text) ?? text }),
  };
  return {
    version: { factory: version(means), options: moving(settings, true) },
    static: { factory: staticTags(), options: moving(settings, immutable) },
    latest: { factory: latest(means), options: moving(settings, immutable) },
  };
}

/** Whether a tag may move. To force it counts whatever a list says. */
function moving({ force }: TaggingSettings, immutable: boolean): BuiltIn["options"] {
  return (own = {}) => ({ immutable, ...own, ...(force ? { immutable: false } : {}) });
}

/** What names the artifact: its version, the tags that were given and `latest`, then the list. */
export function tagEntries(settings: Settings): readonly StageEntry[] {
  const { version, versionFrom, latest, wanted, written } = settings;
  const builtIns = taggers(settings);
  const last = wanted.last("latest");
  const isUnwanted = last?.from.by === "caller" && !last.value;
  const entries = (written.stages.tag ?? [])
    .filter(({ spec }) => spec !== "latest" || !isUnwanted)
    .map((entry) => fromList("tag", entry, builtIns));
  const isListed = (spec: TaggerName): boolean => entries.some((entry) => entry.spec === spec);
  return [
    ...(version === undefined || isListed("version")
      ? []
      : [given("version", wanted.last("version")?.from.place ?? versionFrom)]),
    ...namedTags(settings, builtIns.static),
    ...(latest && !isListed("latest") ? [given("latest", wanted.last("latest")?.from.place)] : []),
    ...entries,
  ];

  function given(spec: TaggerName, decidedBy = "default"): StageEntry {
    return { ...byDefault("tag", spec, builtIns[spec]), decidedBy };
  }
}

/** The tags that were given by name. */
function namedTags({ wanted }: Settings, { factory, options }: BuiltIn): readonly StageEntry[] {
  const { tags } = pluginOptions(wanted, "tag/static")();
  if (!Array.isArray(tags) || tags.length === 0) return [];
  const decidedBy = pluginOrigins(wanted, "tag/static").map(({ place }) => place).join(", ");
  return [{ stage: "tag", spec: "static", decidedBy, builtIn: { factory, options: () => ({ ...options(), tags }) } }];
}
