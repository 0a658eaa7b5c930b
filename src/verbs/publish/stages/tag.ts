import { latest } from "../../../plugins/tag/latest.ts";
import { staticTags } from "../../../plugins/tag/static.ts";
import { version } from "../../../plugins/tag/version.ts";
import type { Settings } from "../settings.ts";
import { type BuiltIn, fromList, type StageEntry } from "./stage_entry.ts";

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
  const { version, versionFrom, tags, latest, wanted, written } = settings;
  const builtIns = taggers(settings);
  const last = wanted.last("latest");
  const isUnwanted = last?.from.by === "caller" && !last.value;
  const entries = (written.stages.tag ?? [])
    .filter(({ spec }) => spec !== "latest" || !isUnwanted)
    .map((entry) => fromList("tag", entry, builtIns));
  const isListed = (spec: TaggerName): boolean => entries.some((entry) => entry.spec === spec);
  return [
    ...(version === undefined || isListed("version") ? [] : [given("version", "version")]),
    ...(tags.length === 0 ? [] : [given("static", "tags", { tags })]),
    ...(latest && !isListed("latest") ? [given("latest", "latest")] : []),
    ...entries,
  ];

  function given(spec: TaggerName, name: "version" | "tags" | "latest", more: object = {}): StageEntry {
    const decidedBy = wanted.last(name)?.from.place ?? (name === "version" ? versionFrom : undefined) ?? "default";
    const { factory, options } = builtIns[spec];
    return { stage: "tag", spec, decidedBy, builtIn: { factory, options: (own) => ({ ...options(own), ...more }) } };
  }
}
