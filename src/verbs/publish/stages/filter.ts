import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { localPath } from "../../../oci/reference.ts";
import type { SymlinkPolicy } from "../../../plugins/collect/directory.ts";
import type { PluginFactory } from "../../../pipeline/plugin.ts";
import { whyUnreadable } from "../../../system/io_error.ts";
import { GANTRY_IGNORES, TEMPORARY_IGNORES, VERSION_CONTROL_IGNORES } from "../../../plugins/filter/default_ignores.ts";
import type { PatternGroup } from "../../../plugins/filter/ignore_rules.ts";
import { parseIgnoreFile } from "../../../plugins/filter/parse_ignore_file.ts";
import type { PatternSource } from "../../../plugins/filter/pattern_source.ts";
import { type SourceFilters, sourceFilters } from "../../../plugins/filter/source_filters.ts";
import { readSmallFile, readSmallText } from "../../../system/read_small_file.ts";
import { pluginOrigins } from "../../../options/plugin_options.ts";
import { OptionsError } from "../../../options/options_error.ts";
import { ignore } from "../../../plugins/filter/ignore.ts";
import type { Settings } from "../settings.ts";
import { type BuiltIn, byDefault, fromList, ownOptions, type StageEntry } from "./stage_entry.ts";

/** The names of the filters that a list may name and that are built in. */
export const FILTER_NAMES = ["ignore"] as const;

/** The filters that a list may name, by name. */
export function filters(): Readonly<Record<typeof FILTER_NAMES[number], BuiltIn>> {
  return { ignore: { factory: ignore(), options: ownOptions({ patterns: [] }) } };
}

/** What filters, and what of it the walk of a directory may know in advance. */
export interface Filtering {
  readonly entries: readonly StageEntry[];
  /** Tells which directories need not be walked, because nothing in them is kept. */
  readonly prune: (path: string) => boolean;
}

/**
 * What filters: the list, whose first `ignore` leaves out what patterns match, and which begins with one that nobody
 * has named; then what the profile has no use for, and directories that are there only for what this run writes. What
 * must not be published is not published because a list forgot it.
 */
export async function filterEntries(settings: Settings): Promise<Filtering> {
  const { written, wanted, profile } = settings;
  const { ignore: leavingOut, only, emptied, prune } = await ownFilters(settings);
  const ignoring: BuiltIn = { factory: leavingOut, options: ownOptions({ patterns: [] }) };
  const list = written.stages.filter ?? [];
  const first = list.findIndex(({ spec }) => spec === "ignore");
  const also = pluginOrigins(wanted, "filter/ignore").filter(({ by }) => by === "caller")
    .map(({ place }) => `, ${place}`).join("");
  const listed = list.map((entry, at): StageEntry => {
    if (at !== first) return fromList("filter", entry, filters());
    return { stage: "filter", spec: "ignore", decidedBy: `${entry.place}${also}`, written: entry, builtIn: ignoring };
  });
  const entries = [
    ...(first === -1 ? [{ ...byDefault("filter", "ignore", ignoring), decidedBy: `default${also}` }] : []),
    ...listed,
    ...(only === undefined ? [] : [{ ...withoutOptions("only", only), decidedBy: `profile ${profile.name}` }]),
    ...(emptied === undefined ? [] : [withoutOptions("emptied", emptied)]),
  ];
  return { entries, prune };
}

/** The entry of a filter that has no options. */
function withoutOptions(spec: string, factory: PluginFactory): StageEntry {
  return byDefault("filter", spec, { factory, options: ownOptions({}) });
}

/**
 * Makes the filters of a push: by what is left out by default, the profile's own file and rules, `.gantryignore`, a
 * file that was named, and patterns that were given. The last pattern that matches counts.
 */
async function ownFilters(settings: Settings): Promise<SourceFilters> {
  const { source, symlinks, profile: { facts } } = settings;
  const root = await rootOf(source);
  const own = root === undefined ? [] : await ownPlaces(root, settings);
  const sources = await patternSources(settings, own);
  return await sourceFilters({
    sources,
    reading: facts.ignoreReading,
    only: facts.only,
    emptied: own.length === 0 ? undefined : {
      paths: own.map(({ path }) => path),
      reason: [...new Set(own.map(({ what }) => what))].join(", or "),
    },
    readRoot: root === undefined ? undefined : (name) => readRootFile(root, name, symlinks),
  });
}

async function patternSources(
  settings: Settings,
  own: readonly OwnPlace[],
): Promise<readonly PatternSource[]> {
  const { name, facts: { ignoreFile, ownRules, defaultIgnores } } = settings.profile;
  const defaults: readonly PatternSource[] = settings.defaultIgnores
    ? [
      {
        from: "default",
        patterns: [...VERSION_CONTROL_IGNORES, ...GANTRY_IGNORES, ...TEMPORARY_IGNORES],
        isSealed: true,
      },
      { from: `${name} defaults`, patterns: defaultIgnores },
    ]
    : [];
  return [
    ...defaults,
    ...(ignoreFile === undefined ? [] : [{ file: ignoreFile, isOwn: true }]),
    { from: `${name} profile`, patterns: ownRules, isOwn: true },
    { file: ".gantryignore" },
    ...(settings.ignoreFile === undefined ? [] : [await readPatterns(settings.ignoreFile)]),
    ...settings.wanted.said("ignore").map(({ value, from }) => ({ from: from.name, patterns: value })),
    ...own.map((place) => ({ from: place.what, patterns: ownPatterns(place) })),
  ];
}

/** What gantry itself writes into the source. */
interface OwnPlace {
  /** Relative to the source. */
  readonly path: string;
  /** What it is, for people. */
  readonly what: string;
}

/** Layouts and the cache, in the source: they would be packed into the next ones, and those into the ones after. */
async function ownPlaces(
  root: string,
  { targets, cacheDirectory }: Pick<Settings, "targets" | "cacheDirectory">,
): Promise<readonly OwnPlace[]> {
  const layouts = targets.map((target) => ({ place: localPath(target), what: "a target of this push" }));
  const places: OwnPlace[] = [];
  for (const { place, what } of [...layouts, { place: cacheDirectory, what: "the cache" }]) {
    if (place === undefined) continue;
    const path = relative(root, await realPlace(place));
    if (path !== "" && !path.startsWith("..") && !isAbsolute(path)) {
      places.push({ path: path.split(sep).join("/"), what });
    }
  }
  return places;
}

/** The place itself, and what a run that was killed has left of it. */
function ownPatterns({ path }: OwnPlace): readonly string[] {
  const literal = path.replace(/[\\*?[\]!# ]/g, "\\$&");
  return [`/${literal}`, `/${literal}.*.partial`];
}

/** Where a path is, though it may not be there yet. */
async function realPlace(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await Deno.realPath(full);
  } catch {
    return full === dirname(full) ? full : join(await realPlace(dirname(full)), basename(full));
  }
}

async function rootOf(source: string): Promise<string | undefined> {
  try {
    const root = await Deno.realPath(source);
    return (await Deno.stat(root)).isDirectory ? root : undefined;
  } catch {
    // What cannot be read is reported by the collector, with its reason.
    return undefined;
  }
}

/** Reads an ignore file as the walk would see it: a link counts when links are followed, and not out of the source. */
async function readRootFile(
  root: string,
  name: string,
  symlinks: SymlinkPolicy,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const place = join(root, name);
  try {
    const path = await Deno.realPath(place);
    const isLinked = path !== place;
    if (isLinked && symlinks !== "follow") throw unread(name, "it is a symbolic link, and those are not followed");
    if (isLinked && !path.startsWith(join(root, "/"))) throw unread(name, "it leads out of the source");
    if ((await Deno.stat(path)).isDirectory) return undefined;
    return await readSmallFile(path);
  } catch (cause) {
    if (cause instanceof OptionsError) throw cause;
    if (!(cause instanceof Deno.errors.NotFound)) throw unread(name, whyUnreadable(cause), cause);
    if (await isDangling(place)) throw unread(name, "it is a symbolic link, and there is nothing at its target", cause);
    return undefined;
  }
}

/** Patterns that do not count would let out what they are there for. */
function unread(name: string, why: string, cause?: unknown): OptionsError {
  return new OptionsError(`Cannot read ignore file ${JSON.stringify(name)}: ${why}`, { cause });
}

async function isDangling(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(({ isSymlink }) => isSymlink, () => false);
}

async function readPatterns(path: string): Promise<PatternGroup> {
  try {
    return parseIgnoreFile(await readSmallText(path), path);
  } catch (cause) {
    throw unread(path, whyUnreadable(cause), cause);
  }
}
