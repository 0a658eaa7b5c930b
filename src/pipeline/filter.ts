import type { Entry } from "./entry.ts";
import type { Step } from "./flow.ts";
import type { Drop } from "./plugin.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import { SourceError } from "./source_error.ts";
import { StageError } from "./stage_error.ts";
import type { Collected, Dropped, Selected } from "./values.ts";
import { wrongOutput } from "./plugin_error.ts";

/**
 * Leaves out what filters say, one filter after the other. A directory goes with everything in it.
 *
 * @returns A step that throws a `SourceError` when no file is left.
 */
export function filter(plugins: readonly ReadyPlugin<"filter">[]): Step<Collected, Selected> {
  return async (collected, context) => {
    let { entries } = collected;
    const dropped: Dropped[] = [...collected.dropped ?? []];
    for (const plugin of plugins) {
      const { drop } = await plugin.run({ entries }, context) ?? { drop: [] };
      refuseUnknown(plugin, entries, drop);
      const left = without(entries, drop);
      entries = left.entries;
      for (const each of left.dropped) dropped.push(named(each, plugin));
    }
    let files = 0;
    for (const { kind } of entries) if (kind === "file") files++;
    if (files === 0) throw new SourceError(nothingLeft(collected, dropped));
    context.log.debug(`Kept ${files} files, left out ${dropped.length} entries`);
    return { ...collected, entries, dropped };
  };
}

/**
 * Refuses to leave out what is not there: a path that is misspelt would leave in what was meant to be left out.
 *
 * @throws {StageError} Names the plugin and the path.
 */
export function refuseUnknown(plugin: ReadyPlugin<"filter">, entries: readonly Entry[], drop: readonly Drop[]): void {
  if (drop.length === 0) return;
  const paths = new Set(entries.map(({ path }) => path));
  const at = drop.findIndex(({ path }) => !paths.has(path));
  const unknown = drop[at];
  if (unknown === undefined) return;
  const problem = `is ${JSON.stringify(unknown.path)}, and no entry has that path`;
  throw new StageError("filter", plugin.id, wrongOutput(plugin, `drop[${at}].path`, problem));
}

/** The entries are in the order of a walk: what is in a directory comes right after it. */
function without(
  entries: readonly Entry[],
  drop: readonly Drop[],
): { readonly entries: readonly Entry[]; readonly dropped: readonly Dropped[] } {
  if (drop.length === 0) return { entries, dropped: [] };
  const reasons = new Map(drop.map(({ path, reason }) => [path, reason]));
  const kept: Entry[] = [];
  const within = new Map<string, Dropped[]>();
  let gone: Drop | undefined;
  for (const entry of entries) {
    const { path, kind } = entry;
    const reason = reasons.get(path);
    if (gone !== undefined && path.startsWith(`${gone.path}/`)) {
      if (reason === undefined) within.get(gone.path)?.push({ path, reason: gone.reason });
    } else if (reason === undefined) {
      kept.push(entry);
    } else if (kind === "directory") {
      gone = { path, reason };
      within.set(path, []);
    }
  }
  const dropped = [...reasons].flatMap(([path, reason]) => [{ path, reason }, ...within.get(path) ?? []]);
  return { entries: kept, dropped };
}

/** What is built in names the rule; who wrote another plugin is not known by its reasons. */
function named({ path, reason }: Dropped, { id, origin }: ReadyPlugin<"filter">): Dropped {
  return { path, reason: origin === undefined ? reason : `${reason} (${id})` };
}

function nothingLeft({ source, entries }: Collected, dropped: readonly Dropped[]): string {
  const place = JSON.stringify(source.location);
  const [first] = dropped;
  if (first === undefined) return `Cannot publish ${place}: there are ${entries.length} entries and no file among them`;
  return `Cannot publish ${place}: every file was left out, ${JSON.stringify(first.path)} by ${first.reason}`;
}
