import type { StageName } from "../../../pipeline/stage_error.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import type { Collector } from "../collector_for.ts";
import type { Ignoring } from "../ignoring_for.ts";
import type { Settings } from "../settings.ts";
import { isBuiltIn, type MakeBuiltIn } from "./built_ins.ts";
import { staticEntry } from "./static_entry.ts";
import type { BuiltIn, OpenTarget, StageEntry, WrittenEntry } from "./stage_entry.ts";

/** What decides which plugins there are. */
export interface Deciding {
  readonly settings: Settings;
  /** Makes what is built in. */
  readonly make: MakeBuiltIn;
  readonly ignoring: Ignoring;
  /** What suits the source; left out when the configuration says it. */
  readonly collector: Collector | undefined;
  /** Opens the targets that are named, in their order. */
  readonly targets: readonly OpenTarget[];
}

/**
 * Lists every plugin of the pipeline in its order, with who decided it. A list replaces the default of its stage; what
 * the other options say counts all the same, and comes first.
 */
export function stageEntries(deciding: Deciding): readonly StageEntry[] {
  return [
    ...collectEntries(deciding),
    ...filterEntries(deciding),
    archiveEntry(deciding),
    ...annotateEntries(deciding),
    ...uploadEntries(deciding),
    ...tagEntries(deciding),
    ...deciding.settings.written.custom.map(({ stage, ...written }) => fromList(stage, written)),
  ];
}

function collectEntries({ settings: { written }, make, collector }: Deciding): readonly StageEntry[] {
  const listed = written.stages.collect?.map((entry) => fromList("collect", entry, make)) ?? [];
  return collector === undefined
    ? listed
    : [byDefault("collect", collector.name, builtIn(make, "collect", collector.name).builtIn)];
}

/** What must not be published is not published because a list forgot it. */
function filterEntries({ settings: { wanted, written, profile }, make, ignoring }: Deciding): readonly StageEntry[] {
  const entries = written.stages.filter ?? [];
  const first = entries.findIndex(({ spec }) => spec === "ignore");
  const last = wanted.last("ignore");
  const also = last?.from.by === "caller" ? `, ${last.from.place}` : "";
  const listed = entries.map((entry, at): StageEntry => {
    if (at !== first) return fromList("filter", entry, make);
    const { place } = entry;
    return {
      stage: "filter",
      spec: entry.spec,
      decidedBy: `${place}${also}`,
      written: entry,
      builtIn: ignoring.ignore,
    };
  });
  const { ignore, emptied, only } = ignoring;
  return [
    ...(first === -1 ? [{ ...byDefault("filter", "ignore", ignore), decidedBy: `default${also}` }] : []),
    ...listed,
    ...(only === undefined ? [] : [{ ...byDefault("filter", "only", only), decidedBy: `profile ${profile.name}` }]),
    ...(emptied === undefined ? [] : [byDefault("filter", "emptied", emptied)]),
  ];
}

function archiveEntry({ settings: { written, profile }, make }: Deciding): StageEntry {
  const [entry] = written.stages.archive ?? [];
  if (entry !== undefined && (!isNamed(entry, "archive") || entry.spec === profile.name)) {
    return fromList("archive", entry, make);
  }
  const { name } = profile;
  const decidedBy = profile.because === "asked for" ? `profile ${name}` : `profile ${name}: ${profile.because}`;
  return { stage: "archive", spec: name, decidedBy, ...builtIn(make, "archive", name) };
}

function annotateEntries(
  { settings: { annotations: given, written, profile }, make }: Deciding,
): readonly StageEntry[] {
  const sources = [...new Set(Object.values(given).map(({ from }) => from))].join(", ");
  const carrying: BuiltIn = { factory: staticAnnotations({ given }), options: () => ({}) };
  const { annotate: list } = written.stages;
  const first: StageEntry = { stage: "annotate", spec: "static", decidedBy: sources || "default", builtIn: carrying };
  const byProfile = written.packsItself ? undefined : profile.facts.annotate;
  const own = byProfile === undefined ? [] : [{
    ...byDefault("annotate", profile.name, { factory: byProfile(), options: () => ({}) }),
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
    entry.spec === "static" ? staticEntry(entry) : fromList("annotate", entry, make);
  if (head?.spec === "static") {
    const carried = staticEntry(head, { given });
    const decidedBy = sources === "" ? head.place : `${head.place}, ${sources}`;
    return [{ ...carried, decidedBy }, ...own, ...rest.map(made)];
  }
  return [...(sources === "" ? [] : [first]), ...own, ...list.map(made)];
}

/** The kinds that are built in only say in the list how targets are reached; all others are targets of their own. */
function uploadEntries({ settings, targets }: Deciding): readonly StageEntry[] {
  const entries = settings.written.stages.upload ?? [];
  const named = settings.wanted.last("targets")?.from;
  const places = settings.targets.map((reference, at): StageEntry | undefined => {
    const spec = reference.kind;
    const said = entries.find((entry) => isNamed(entry, "upload") && entry.spec === spec);
    const target = targets[at];
    const from = named?.by === "caller" ? named.place : settings.places.at(["targets", at]);
    return target === undefined ? undefined : {
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
    ...entries.filter((entry) => !isNamed(entry, "upload")).map((entry) => fromList("upload", entry)),
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
  if (!isNamed(entry, "upload")) return [];
  const isRepeated = before.some((other) => other.spec === spec);
  if (!isRepeated && targets.some(({ kind }) => kind === spec)) return [];
  return [{
    ...fromList("upload", entry),
    onlyChecked: true,
    ...(isRepeated ? { problem: `says for the second time how ${spec} targets are reached` } : {}),
  }];
}

function tagEntries({ settings, make }: Deciding): readonly StageEntry[] {
  const { version, versionFrom, tags, latest, wanted, written } = settings;
  const last = wanted.last("latest");
  const isUnwanted = last?.from.by === "caller" && !last.value;
  const entries = (written.stages.tag ?? [])
    .filter(({ spec }) => spec !== "latest" || !isUnwanted)
    .map((entry) => fromList("tag", entry, make));
  const isListed = (spec: string): boolean => entries.some((entry) => entry.spec === spec);
  return [
    ...(version === undefined || isListed("version") ? [] : [given("version", "version")]),
    ...(tags.length === 0 ? [] : [given("static", "tags", { tags })]),
    ...(latest && !isListed("latest") ? [given("latest", "latest")] : []),
    ...entries,
  ];

  function given(spec: string, name: "version" | "tags" | "latest", more: object = {}): StageEntry {
    const decidedBy = wanted.last(name)?.from.place ?? (name === "version" ? versionFrom : undefined) ?? "default";
    const { builtIn: { factory, options } } = builtIn(make, "tag", spec);
    return { stage: "tag", spec, decidedBy, builtIn: { factory, options: (own) => ({ ...options(own), ...more }) } };
  }
}

/** Whether an entry names a built-in plugin of its stage. */
function isNamed({ spec, factory }: WrittenEntry, stage: StageName): boolean {
  return factory === undefined && isBuiltIn(stage, spec);
}

function byDefault(stage: StageName, spec: string, builtIn: BuiltIn): StageEntry {
  return { stage, spec, decidedBy: "default", builtIn };
}

function fromList(stage: StageEntry["stage"], written: WrittenEntry, make?: MakeBuiltIn): StageEntry {
  const builtIn = written.factory === undefined ? make?.(stage, written.spec) : undefined;
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
