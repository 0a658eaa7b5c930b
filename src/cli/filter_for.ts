import { join } from "node:path";
import type { Log } from "../pipeline/context.ts";
import type { Filter } from "../pipeline/plugin.ts";
import { GANTRY_IGNORES, VERSION_CONTROL_IGNORES } from "../plugins/filter/default_ignores.ts";
import { disputedPatterns } from "../plugins/filter/disputed_patterns.ts";
import { ignore } from "../plugins/filter/ignore.ts";
import { ignoreRules, type PatternGroup } from "../plugins/filter/ignore_rules.ts";
import { parseIgnoreFile } from "../plugins/filter/parse_ignore_file.ts";
import { PROFILES } from "./profiles.ts";
import type { ProfileName } from "./profile_names.ts";
import type { Settings } from "./settings.ts";
import { UsageError } from "./usage_error.ts";

/** The filter, and what of it the walk of a directory may know in advance. */
export interface Ignoring {
  readonly filter: Filter;
  /** Tells which directories need not be walked, because nothing in them is kept. */
  readonly prune: (path: string) => boolean;
}

/**
 * Puts the ignore rules together: what is left out by default, the profile's own file and rules, `.gantryignore`, a file
 * that was named, and patterns that were given. The last pattern that matches counts.
 */
export async function ignoringFor(settings: Settings, profileName: ProfileName, log: Log): Promise<Ignoring> {
  const { ignoreFile, ownRules, defaultIgnores } = PROFILES[profileName];
  const defaults: readonly PatternGroup[] = settings.defaultIgnores
    ? [
      { from: "default", patterns: [...VERSION_CONTROL_IGNORES, ...GANTRY_IGNORES] },
      { from: `${profileName} defaults`, patterns: defaultIgnores },
    ]
    : [];
  const files = [...(ignoreFile === undefined ? [] : [ignoreFile]), ".gantryignore"];
  const after: readonly PatternGroup[] = [
    { from: `${profileName} profile`, patterns: ownRules },
    ...(settings.ignoreFile === undefined ? [] : [await readPatterns(settings.ignoreFile)]),
    { from: "--ignore", patterns: settings.ignore },
  ];
  const found = await readFromDirectory(settings.source, files);
  for (const group of found) warnOfDisputes(group, log);
  const rules = ignoreRules([...defaults, ...found, ...after]);
  return { filter: ignore({ before: defaults, files, after }), prune: rules.prunes };
}

/** The same files that the filter reads from the entries; the walk cannot wait for them. */
async function readFromDirectory(source: string, names: readonly string[]): Promise<readonly PatternGroup[]> {
  const groups: PatternGroup[] = [];
  for (const name of names) {
    try {
      groups.push(parseIgnoreFile(await Deno.readTextFile(join(source, name)), name));
    } catch {
      // There is none, or the filter says why it cannot be read.
    }
  }
  return groups;
}

async function readPatterns(path: string): Promise<PatternGroup> {
  try {
    return parseIgnoreFile(await Deno.readTextFile(path), path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read ignore file ${JSON.stringify(path)}: ${reason}`, { cause });
  }
}

/** Flux and Timoni read some patterns in another way than git; whoever moves from them should know. */
function warnOfDisputes(group: PatternGroup, log: Log): void {
  for (const { pattern, from, why } of disputedPatterns(group)) {
    log.warn(`Pattern ${JSON.stringify(pattern)} (${from}) is read as git reads it: ${why}`);
  }
}
