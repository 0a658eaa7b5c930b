import type { FoundConfig } from "../config/find_config.ts";
import type { Settings } from "../settings.ts";
import type { AskedArchive } from "./read_archive.ts";
import { writtenEntries } from "./written_entries.ts";

/** Lets the options of a built-in archive plugin count as fields of the configuration. */
export function withArchive(found: FoundConfig, asked: AskedArchive | undefined): FoundConfig {
  if (asked === undefined) return found;
  return { ...found, config: { ...found.config, ...asked.fields, profile: asked.profile } };
}

/**
 * Puts the patterns of the first `ignore` in the configuration's list between those of the field `ignore` and those of
 * the flags, so that the walk of a directory knows them too.
 */
export function withIgnores(settings: Settings, found: FoundConfig | undefined): Settings {
  if (found === undefined) return settings;
  const entry = writtenEntries(found.config, found.places).stages.filter?.find(({ spec }) => spec === "ignore");
  const patterns = entry?.options?.["patterns"];
  if (entry === undefined || !Array.isArray(patterns)) return settings;
  // What is no text is reported by the plugin's own schema.
  const group = { from: entry.place, patterns: patterns.filter((pattern) => typeof pattern === "string") };
  return { ...settings, ignore: [...settings.ignore.slice(0, -1), group, ...settings.ignore.slice(-1)] };
}
