import { CREATED_ANNOTATION, SOURCE_ANNOTATION } from "../../../oci/annotation_keys.ts";
import { parseCreated } from "../../../oci/created.ts";
import { withoutCredentials } from "../../../oci/source_url.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import type { StageEntry, WrittenEntry } from "./stage_entry.ts";

/**
 * Makes the entry of annotations that are written down in a list. They are held to the same as those of flags: the
 * source loses credentials, and the time is one.
 */
export function staticEntry(
  written: WrittenEntry,
  given: Parameters<typeof staticAnnotations>[0] = {},
): StageEntry {
  const { place, spec } = written;
  const options = { ...written.options };
  let problem: string | undefined;
  const source = options[SOURCE_ANNOTATION];
  if (typeof source === "string") {
    const cleaned = withoutCredentials(source);
    options[SOURCE_ANNOTATION] = cleaned ?? source;
    // The text itself is not shown: it may hold what made it unfit.
    if (cleaned === undefined) {
      problem = `the source must be the URL of a repository: as it is, it cannot be told from credentials`;
    }
  }
  const created = options[CREATED_ANNOTATION];
  if (typeof created === "string") {
    try {
      options[CREATED_ANNOTATION] = parseCreated(created);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return {
    stage: "annotate",
    spec,
    decidedBy: place,
    builtIn: { factory: staticAnnotations({ from: place, ...given }), options: {} },
    written: written.options === undefined ? written : { ...written, options },
    ...(problem === undefined ? {} : { problem }),
  };
}
