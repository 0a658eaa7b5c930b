import { isProfileName, loadProfiles, type ProfileName } from "../../../profiles/profiles.ts";
import { ConfigError } from "../../config/config_error.ts";
import type { Config } from "../../config/config_schema.ts";
import type { FoundConfig } from "../../config/find_config.ts";
import { UsageError } from "../../usage_error.ts";
import type { PublishFlags } from "../commands.ts";
import type { Settings } from "../settings.ts";
import { writtenEntries } from "./written_entries.ts";

/** Which shape the configuration's archive stage asks for, and what its options say in the words of the settings. */
export interface AskedArchive {
  readonly profile: ProfileName;
  /** Where it is said. */
  readonly place: string;
  readonly fields: Pick<Config, ArchiveField>;
}

/** What only built-in archive plugins know. */
const ARCHIVE_FIELDS = ["compression", "compressionLevel", "artifactType"] as const;

type ArchiveField = typeof ARCHIVE_FIELDS[number];

/**
 * Reads the archive stage of a configuration. A built-in plugin there says the profile too, and its options are the
 * same as the fields `compression`, `compressionLevel` and `artifactType`, so that flags win over either.
 *
 * @returns `undefined` when there is none, when it is the user's own plugin, or when the flag `--profile` says another.
 * @throws {UsageError} When two places contradict each other.
 */
export async function readArchive(
  { config, places }: Pick<FoundConfig, "config" | "places">,
  flags: Pick<PublishFlags, "profile" | ArchiveField>,
): Promise<AskedArchive | undefined> {
  const entry = writtenEntries(config, places).stages.archive?.[0];
  if (entry === undefined) return undefined;
  const asked = flags.profile === "auto" ? undefined : flags.profile;
  const { spec, path, place, options = {} } = entry;
  if (!isProfileName(spec)) {
    const unused = ARCHIVE_FIELDS.find((field) => flags[field] !== undefined || config[field] !== undefined);
    const what = asked === undefined ? unused && `"${unused}"` : `profile "${asked}"`;
    if (what === undefined) return undefined;
    throw new UsageError(`Cannot use ${what} together with the archive plugin ${spec} (${place}): it packs by itself`);
  }
  if (asked !== undefined && asked !== spec) return undefined;
  if (config.profile !== undefined && config.profile !== "auto" && config.profile !== spec) {
    const message = `is ${JSON.stringify(spec)}, and "profile" is ${JSON.stringify(config.profile)}`;
    throw new ConfigError(places.problems([{ path, message }]));
  }
  const { compression, compressionLevel, artifactType } = options;
  return {
    profile: spec,
    place,
    // What is of another type, or out of range, is reported by the plugin's own schema.
    fields: {
      ...(compression === "gzip" || compression === "zstd" || compression === "none" ? { compression } : {}),
      ...(typeof compressionLevel === "number" && await isLevelOf(spec, compressionLevel) ? { compressionLevel } : {}),
      ...(typeof artifactType === "string" ? { artifactType } : {}),
    },
  };
}

/** Tells whether a configuration packs with a plugin of the user's own, which alone knows what the source is. */
export function isOwnArchive({ config, places }: Pick<FoundConfig, "config" | "places">): boolean {
  const entry = writtenEntries(config, places).stages.archive?.[0];
  return entry !== undefined && !isProfileName(entry.spec);
}

async function isLevelOf(profile: ProfileName, value: unknown): Promise<boolean> {
  const { compressions } = (await loadProfiles())[profile];
  const most = compressions.includes("zstd") ? 19 : 9;
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;
}

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
