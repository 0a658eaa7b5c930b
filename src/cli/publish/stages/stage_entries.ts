import type { StageName } from "../../../pipeline/stage_error.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import type { Ignoring } from "../ignoring_for.ts";
import type { PublishFlags } from "../commands.ts";
import type { ChosenProfile } from "../profiles.ts";
import type { Settings } from "../settings.ts";
import { isBuiltIn, type MakeBuiltIn } from "./built_ins.ts";
import { staticEntry } from "./static_entry.ts";
import type { BuiltIn, OpenTarget, StageEntry, WrittenEntry } from "./stage_entry.ts";
import type { WrittenPipeline } from "./written_entries.ts";

/** What decides which plugins there are. */
export interface Deciding {
  readonly settings: Settings;
  readonly flags: PublishFlags;
  readonly written: WrittenPipeline;
  /** Makes what is built in. */
  readonly make: MakeBuiltIn;
  readonly ignoring: Ignoring;
  /** What suits the source; left out when the configuration says it. */
  readonly collector: { readonly name: string; readonly builtIn: BuiltIn } | undefined;
  readonly profile: Pick<ChosenProfile, "name" | "because" | "facts">;
  /** Opens the targets that are named, in their order. */
  readonly targets: readonly OpenTarget[];
  /** Where a field of the configuration stands. */
  readonly placeOf: (field: string, at?: number) => string;
}

/**
 * Lists every plugin of the pipeline in its order, with who decided it. A list in the configuration replaces the
 * default of its stage; what flags and the file's own fields say counts all the same, and comes first.
 */
export function stageEntries(deciding: Deciding): readonly StageEntry[] {
  return [
    ...collectEntries(deciding),
    ...filterEntries(deciding),
    archiveEntry(deciding),
    ...annotateEntries(deciding),
    ...uploadEntries(deciding),
    ...tagEntries(deciding),
    ...deciding.written.custom.map(({ stage, ...written }) => fromConfig(stage, written)),
  ];
}

function collectEntries({ written, make, collector }: Deciding): readonly StageEntry[] {
  const listed = written.stages.collect?.map((entry) => fromConfig("collect", entry, make)) ?? [];
  return collector === undefined ? listed : [byDefault("collect", collector.name, collector.builtIn)];
}

/** What must not be published is not published because a list forgot it. */
function filterEntries({ flags, written, make, ignoring, profile }: Deciding): readonly StageEntry[] {
  const entries = written.stages.filter ?? [];
  const first = entries.findIndex(({ spec }) => spec === "ignore");
  const flag = flags.ignore === undefined ? "" : ", --ignore";
  const listed = entries.map((entry, at): StageEntry => {
    if (at !== first) return fromConfig("filter", entry, make);
    const { place } = entry;
    return {
      stage: "filter",
      spec: entry.spec,
      decidedBy: `${place}${flag}`,
      written: entry,
      builtIn: ignoring.ignore,
    };
  });
  const { ignore, emptied, only } = ignoring;
  return [
    ...(first === -1 ? [{ ...byDefault("filter", "ignore", ignore), decidedBy: `default${flag}` }] : []),
    ...listed,
    ...(only === undefined ? [] : [{ ...byDefault("filter", "only", only), decidedBy: `profile ${profile.name}` }]),
    ...(emptied === undefined ? [] : [byDefault("filter", "emptied", emptied)]),
  ];
}

function archiveEntry({ written, make, profile }: Deciding): StageEntry {
  const [entry] = written.stages.archive ?? [];
  if (entry !== undefined && (!isBuiltIn("archive", entry.spec) || entry.spec === profile.name)) {
    return fromConfig("archive", entry, make);
  }
  const { name } = profile;
  const decidedBy = profile.because === "asked for" ? `profile ${name}` : `profile ${name}: ${profile.because}`;
  return { stage: "archive", spec: name, decidedBy, ...builtIn(make, "archive", name) };
}

function annotateEntries({ settings, written, make, profile }: Deciding): readonly StageEntry[] {
  const given = settings.annotations;
  const sources = [...new Set(Object.values(given).map(({ from }) => from))].join(", ");
  const carrying: BuiltIn = { factory: staticAnnotations({ given }), options: {} };
  const { annotate: list } = written.stages;
  const first: StageEntry = { stage: "annotate", spec: "static", decidedBy: sources || "default", builtIn: carrying };
  const [archive] = written.stages.archive ?? [];
  // What a plugin of the user's own packs may be anything.
  const isOwn = archive !== undefined && !isBuiltIn("archive", archive.spec);
  const byProfile = isOwn ? undefined : profile.facts.annotate;
  const own = byProfile === undefined ? [] : [{
    ...byDefault("annotate", profile.name, { factory: byProfile(), options: {} }),
    decidedBy: `profile ${profile.name}`,
  }];
  if (list === undefined) {
    const others = ["env", "git"].map((spec): StageEntry => {
      return { stage: "annotate", spec, decidedBy: "default", ...builtIn(make, "annotate", spec) };
    });
    return [first, ...own, ...others];
  }
  const [head, ...rest] = list;
  const made = (entry: WrittenEntry): StageEntry =>
    entry.spec === "static" ? staticEntry(entry) : fromConfig("annotate", entry, make);
  if (head?.spec === "static") {
    const carried = staticEntry(head, { given });
    const decidedBy = sources === "" ? head.place : `${head.place}, ${sources}`;
    return [{ ...carried, decidedBy }, ...own, ...rest.map(made)];
  }
  return [...(sources === "" ? [] : [first]), ...own, ...list.map(made)];
}

/** The kinds that are built in only say in the list how targets are reached; all others are targets of their own. */
function uploadEntries({ settings, written, targets, placeOf }: Deciding): readonly StageEntry[] {
  const entries = written.stages.upload ?? [];
  const places = settings.targets.map((reference, at): StageEntry | undefined => {
    const spec = reference.kind;
    const said = entries.find((entry) => entry.spec === spec);
    const target = targets[at];
    const from = settings.targetsFrom === "command line" ? "command line" : placeOf("targets", at);
    return target && {
      stage: "upload",
      spec,
      decidedBy: said === undefined ? from : `${from}, ${said.place}`,
      target,
      // One entry may be about several targets, which cannot have one name.
      ...(said === undefined ? {} : { written: { ...said, id: undefined } }),
    };
  });
  return [
    ...places.filter((entry) => entry !== undefined),
    ...entries.filter(({ spec }) => !isBuiltIn("upload", spec)).map((entry) => fromConfig("upload", entry)),
    ...entries.flatMap((entry, at) => unusedEntry(entry, entries.slice(0, at), settings.targets)),
  ];
}

/** What says how targets are reached that are not among the targets is wrong all the same when its options are. */
function unusedEntry(
  entry: WrittenEntry,
  before: readonly WrittenEntry[],
  targets: Settings["targets"],
): readonly StageEntry[] {
  const { spec } = entry;
  if (!isBuiltIn("upload", spec)) return [];
  const isRepeated = before.some((other) => other.spec === spec);
  if (!isRepeated && targets.some(({ kind }) => kind === spec)) return [];
  return [{
    ...fromConfig("upload", entry),
    onlyChecked: true,
    ...(isRepeated ? { problem: `says for the second time how ${spec} targets are reached` } : {}),
  }];
}

function tagEntries({ settings, flags, written, make, placeOf }: Deciding): readonly StageEntry[] {
  const { version, versionFrom, tags, latest } = settings;
  const entries = (written.stages.tag ?? [])
    // `--no-latest` is a flag, and flags win.
    .filter(({ spec }) => spec !== "latest" || flags.latest !== false)
    .map((entry) => fromConfig("tag", entry, make));
  const isListed = (spec: string): boolean => entries.some((entry) => entry.spec === spec);
  return [
    ...(version === undefined || isListed("version") ? [] : [given("version", "version")]),
    ...(tags.length === 0 ? [] : [given("static", "tag", { tags })]),
    ...(latest && !isListed("latest") ? [given("latest", "latest")] : []),
    ...entries,
  ];

  function given(spec: string, flag: "version" | "tag" | "latest", options: object = {}): StageEntry {
    const from = flag === "version" ? versionFrom : undefined;
    const decidedBy = from ?? (flags[flag] === undefined ? placeOf(flag === "tag" ? "tags" : flag) : `--${flag}`);
    const { builtIn: made } = builtIn(make, "tag", spec);
    return { stage: "tag", spec, decidedBy, builtIn: { ...made, options: { ...made.options, ...options } } };
  }
}

function byDefault(stage: StageName, spec: string, builtIn: BuiltIn): StageEntry {
  return { stage, spec, decidedBy: "default", builtIn };
}

function fromConfig(stage: StageEntry["stage"], written: WrittenEntry, make?: MakeBuiltIn): StageEntry {
  const builtIn = make?.(stage, written.spec);
  return {
    stage,
    spec: written.spec,
    decidedBy: written.place,
    written,
    ...(builtIn === undefined ? {} : { builtIn }),
  };
}

function builtIn(make: MakeBuiltIn, stage: StageName, name: string): { readonly builtIn: BuiltIn } {
  const builtIn = make(stage, name);
  if (builtIn === undefined) throw new TypeError(`Cannot build a pipeline: stage ${stage} has no ${name}`);
  return { builtIn };
}
