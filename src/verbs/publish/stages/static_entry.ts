import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import { checkedAnnotation } from "../given_annotations.ts";
import type { StageEntry, WrittenEntry } from "./stage_entry.ts";

/** Makes the entry of annotations that are written down in a list. They are held to the same as all others. */
export function staticEntry(
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
    builtIn: { factory: staticAnnotations({ from: place, ...given }), options: (own = {}) => own },
    written: written.options === undefined ? written : { ...written, options: Object.fromEntries(options) },
    ...(problem === undefined ? {} : { problem }),
  };
}
