import { join } from "node:path";
import type { Log } from "../pipeline/context.ts";
import type { Filter } from "../pipeline/plugin.ts";
import { GANTRY_IGNORES, VERSION_CONTROL_IGNORES } from "../plugins/filter/default_ignores.ts";
import { disputedPatterns } from "../plugins/filter/disputed_patterns.ts";
import { ignore } from "../plugins/filter/ignore.ts";
import { ignoreRules, type PatternGroup } from "../plugins/filter/ignore_rules.ts";
import { parseIgnoreFile } from "../plugins/filter/parse_ignore_file.ts";
import { loadPatterns, type PatternSource } from "../plugins/filter/pattern_source.ts";
import type { ProfileName } from "./profile_names.ts";
import { PROFILES } from "./profiles.ts";
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
  const sources = await patternSources(settings, profileName);
  // The walk cannot wait for the filter, so the files are read here too. Only a directory is walked.
  const groups = await loadPatterns(sources, (name) => readFile(join(settings.source, name)));
  const files = new Set(sources.flatMap((source) => "file" in source ? [source.file] : []));
  for (const group of groups) {
    if (files.has(group.from)) warnOfDisputes(group, log);
  }
  return { filter: ignore(sources), prune: ignoreRules(groups).prunes };
}

async function patternSources(settings: Settings, profileName: ProfileName): Promise<readonly PatternSource[]> {
  const { ignoreFile, ownRules, defaultIgnores } = PROFILES[profileName];
  const defaults: readonly PatternSource[] = settings.defaultIgnores
    ? [
      { from: "default", patterns: [...VERSION_CONTROL_IGNORES, ...GANTRY_IGNORES] },
      { from: `${profileName} defaults`, patterns: defaultIgnores },
    ]
    : [];
  return [
    ...defaults,
    ...(ignoreFile === undefined ? [] : [{ file: ignoreFile }]),
    { from: `${profileName} profile`, patterns: ownRules },
    { file: ".gantryignore" },
    ...(settings.ignoreFile === undefined ? [] : [await readPatterns(settings.ignoreFile)]),
    ...settings.ignore,
  ];
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch {
    // There is none, or the filter says why it cannot be read.
    return undefined;
  }
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
