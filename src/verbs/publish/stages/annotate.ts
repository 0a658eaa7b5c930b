import { ci } from "../../../plugins/annotate/ci.ts";
import { readEvent } from "../../../plugins/annotate/ci/read_event.ts";
import { git } from "../../../plugins/annotate/git.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import { checkedAnnotation } from "../given_annotations.ts";
import type { Settings } from "../settings.ts";
import { type Asked, askedOnce } from "./asked_once.ts";
import { type BuiltIn, byDefault, fromList, ownOptions, type StageEntry, type WrittenEntry } from "./stage_entry.ts";

/** The names of the annotators that are built in. */
export const ANNOTATOR_NAMES = ["static", "env", "git"] as const;

/** The annotators that are built in, by name. */
export type Annotators = Readonly<Record<typeof ANNOTATOR_NAMES[number], BuiltIn>>;

/** Makes the annotators of one run. Those that look at the machine look once, however often they are asked. */
export function annotators({ profile }: Pick<Settings, "profile">, directory: string): Annotators {
  const asked: Asked = new Map();
  const options = ownOptions({ revision: profile.facts.revision });
  return {
    static: { factory: staticAnnotations(), options: ownOptions({}) },
    env: { factory: askedOnce(ci({ readEvent, directory }), asked), options },
    git: { factory: askedOnce(git({ directory }), asked), options },
  };
}

/** What annotates: what was given, then what the profile knows by the source, then the list or else `env` and `git`. */
export function annotateEntries(
  { annotations: given, written, profile }: Settings,
  builtIns: Annotators,
): readonly StageEntry[] {
  const sources = [...new Set(Object.values(given).map(({ from }) => from))].join(", ");
  const carrying: BuiltIn = { factory: staticAnnotations({ given }), options: ownOptions({}) };
  const { annotate: list } = written.stages;
  const first: StageEntry = { stage: "annotate", spec: "static", decidedBy: sources || "default", builtIn: carrying };
  const byProfile = written.packsItself ? undefined : profile.facts.annotate;
  const own = byProfile === undefined ? [] : [{
    ...byDefault("annotate", profile.name, { factory: byProfile(), options: ownOptions({}) }),
    decidedBy: `profile ${profile.name}`,
  }];
  if (list === undefined) {
    const others = (["env", "git"] as const).map((name) => byDefault("annotate", name, builtIns[name]));
    return [first, ...own, ...others];
  }
  const [head, ...rest] = list;
  const made = (entry: WrittenEntry): StageEntry =>
    entry.spec === "static" ? staticEntry(entry) : fromList("annotate", entry, builtIns);
  if (head?.spec === "static") {
    const carried = staticEntry(head, { given });
    const decidedBy = sources === "" ? head.place : `${head.place}, ${sources}`;
    return [{ ...carried, decidedBy }, ...own, ...rest.map(made)];
  }
  return [...(sources === "" ? [] : [first]), ...own, ...list.map(made)];
}

/** Annotations that are written down in a list are held to the same as all others. */
function staticEntry(
  written: WrittenEntry,
  given: Parameters<typeof staticAnnotations>[0] = {},
): StageEntry {
  const { place, spec } = written;
  const options = new Map(Object.entries(written.options ?? {}));
  let problem: string | undefined;
  for (const [key, value] of options) {
    if (typeof value !== "string") continue;
    const checked = checkedAnnotation(key, value);
    if ("problem" in checked) problem = checked.problem;
    else options.set(key, checked.value);
  }
  return {
    stage: "annotate",
    spec,
    decidedBy: place,
    builtIn: { factory: staticAnnotations({ from: place, ...given }), options: ownOptions({}) },
    written: written.options === undefined ? written : { ...written, options: Object.fromEntries(options) },
    ...(problem === undefined ? {} : { problem }),
  };
}
