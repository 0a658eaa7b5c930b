import type { Entry } from "./entry.ts";
import type { Step } from "./flow.ts";
import type { Filter } from "./plugin.ts";
import { SourceError } from "./source_error.ts";
import { blame } from "./stage_error.ts";
import type { Collected, Dropped, Selected } from "./values.ts";

/**
 * Leaves out what filters say, one filter after the other.
 *
 * @returns A step that throws a `SourceError` when no file is left.
 */
export function filter(filters: readonly Filter[]): Step<Collected, Selected> {
  return async (collected, context) => {
    let entries: readonly Entry[] = collected.entries;
    const dropped: Dropped[] = [];
    for (const filter of filters) {
      const decided = await blame("filter", filter.name, () => filter.filter(entries, context));
      entries = without(entries, decided);
      for (const drop of decided) dropped.push(drop);
    }
    const files = entries.filter((entry) => entry.kind === "file").length;
    if (files === 0) throw new SourceError(nothingLeft(collected, dropped));
    context.log.debug(`Kept ${files} files, left out ${dropped.length} entries`);
    return { ...collected, entries, dropped };
  };
}

function without(entries: readonly Entry[], dropped: readonly Dropped[]): readonly Entry[] {
  if (dropped.length === 0) return entries;
  const paths = new Set(dropped.map(({ path }) => path));
  return entries.filter(({ path }) => !paths.has(path));
}

function nothingLeft({ source, entries }: Collected, dropped: readonly Dropped[]): string {
  const place = JSON.stringify(source.location);
  const [first] = dropped;
  if (first === undefined) return `Cannot publish ${place}: there are ${entries.length} entries and no file among them`;
  return `Cannot publish ${place}: every file was left out, ${JSON.stringify(first.path)} by ${first.reason}`;
}
