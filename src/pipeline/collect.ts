import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Entry } from "./entry.ts";
import { checkEntryNames } from "./entry_names.ts";
import type { Step } from "./flow.ts";
import type { Collector } from "./plugin.ts";
import { SourceError } from "./source_error.ts";
import { blame } from "./stage_error.ts";
import type { Collected, Source } from "./values.ts";

/**
 * Finds what is to be published: the entries of all collectors in one order.
 *
 * @returns A step that throws a `SourceError` when two entries have the same path, or a name that consumers refuse.
 */
export function collect(collectors: readonly Collector[]): Step<Source, Collected> {
  return async (source, context) => {
    const found: Entry[] = [];
    for (const collector of collectors) {
      const entries = await blame("collect", collector.name, () => collector.collect(source, context));
      for (const entry of entries) found.push(entry);
    }
    const entries = inWalkOrder(found);
    refuseDuplicates(entries);
    checkEntryNames(entries, context.log);
    context.log.debug(`Collected ${entries.length} entries from ${source.location}`);
    return { source, entries };
  };
}

/**
 * Sorts as a walk does: the names of each directory bytewise, a directory before its content. The order of a listing,
 * of a tar or of several collectors then no longer matters.
 */
function inWalkOrder(entries: readonly Entry[]): readonly Entry[] {
  return entries
    // U+0000 sorts before everything that can stand in a name, so whole paths compare part by part.
    .map((entry) => ({ key: entry.path.replaceAll("/", "\0"), entry }))
    .sort((a, b) => compareBytewise(a.key, b.key))
    .map(({ entry }) => entry);
}

function refuseDuplicates(sorted: readonly Entry[]): void {
  sorted.forEach((entry, at) => {
    if (entry.path !== sorted[at - 1]?.path) return;
    throw new SourceError(`Cannot collect ${JSON.stringify(entry.path)}: it was found twice`);
  });
}
