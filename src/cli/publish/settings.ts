import { resolve } from "node:path";
import {
  CREATED_ANNOTATION,
  REVISION_ANNOTATION,
  SOURCE_ANNOTATION,
  VERSION_ANNOTATION,
} from "../../oci/annotation_keys.ts";
import { parseCreated } from "../../oci/created.ts";
import { isMediaType } from "../../oci/media_types.ts";
import { formatReference, isReference, parseReference, type Reference, withLocalPath } from "../../oci/reference.ts";
import { withoutCredentials } from "../../oci/source_url.ts";
import { parseTag } from "../../oci/tag.ts";
import { parseFullVersion } from "../../oci/version.ts";
import type { Compression } from "../../pack/compression.ts";
import type { Attributed } from "../../pipeline/values.ts";
import type { SymlinkPolicy } from "../../plugins/collect/directory.ts";
import type { PatternGroup } from "../../plugins/filter/ignore_rules.ts";
import type { ProfileName } from "../../profiles/profiles.ts";
import type { Config } from "../config/config_schema.ts";
import type { FoundConfig } from "../config/find_config.ts";
import { duration } from "../options.ts";
import { UsageError } from "../usage_error.ts";
import type { PublishFlags } from "./commands.ts";

/** What `push` and `plan` shall do: flags over the configuration file over the defaults, all of it checked. */
export interface Settings {
  /** A path or `-`. */
  readonly source: string;
  readonly targets: readonly Reference[];
  /** Who named them. */
  readonly targetsFrom: "command line" | "configuration";
  readonly profile: ProfileName | "auto";
  /** With build metadata where it has some; not every profile takes that. */
  readonly version: string | undefined;
  /** Where the version is from when it was not given. */
  readonly versionFrom?: string;
  readonly latest: boolean;
  readonly tags: readonly string[];
  readonly immutable: boolean;
  readonly force: boolean;
  /** Annotations that were given, with the flag or file that gave them. */
  readonly annotations: Readonly<Record<string, Attributed>>;
  /** Patterns that were given, with the flag or file that gave them. */
  readonly ignore: readonly PatternGroup[];
  readonly ignoreFile: string | undefined;
  readonly defaultIgnores: boolean;
  readonly symlinks: SymlinkPolicy;
  readonly artifactType: string | undefined;
  /** The version of the application that a chart installs. */
  readonly appVersion: string | undefined;
  /** Media types by patterns; `undefined` when none were given. */
  readonly mediaTypes: Readonly<Record<string, string>> | undefined;
  readonly compression: Compression;
  /** Whether anybody has asked for the compression or its level. */
  readonly isCompressionGiven: boolean;
  readonly stdinName: string;
  readonly concurrency: number;
  readonly retries: number;
  /** Milliseconds without progress. */
  readonly timeout: number;
}

/**
 * Merges flags and configuration file.
 *
 * @param args The arguments of the command: source and targets; what starts like a reference is a target.
 * @throws {UsageError} Names the first thing that is wrong.
 */
export function resolveSettings(
  args: readonly string[],
  flags: PublishFlags,
  found: Pick<FoundConfig, "path" | "config"> | undefined,
): Settings {
  const config: Config = found?.config ?? {};
  const { source: givenSource, targets: givenTargets } = splitArguments(args);
  const source = givenSource ?? config.source;
  if (source === undefined) {
    throw new UsageError("There is no source: name a directory, a file or - for standard input");
  }
  const givenVersion = flags.version ?? config.version;
  const version = givenVersion === undefined ? undefined : checked(givenVersion, parseFullVersion);
  return {
    source,
    targets: references(givenTargets.length > 0 ? givenTargets : config.targets ?? []),
    targetsFrom: givenTargets.length > 0 ? "command line" : "configuration",
    profile: flags.profile ?? config.profile ?? "auto",
    version,
    latest: flags.latest ?? config.latest ?? false,
    tags: (flags.tag ?? config.tags ?? []).map((tag) => checked(tag, parseTag)),
    immutable: flags.immutable ?? config.immutable ?? false,
    force: flags.force ?? false,
    annotations: givenAnnotations(flags, config, found?.path, version),
    ignore: [
      { from: found?.path ?? "configuration", patterns: config.ignore ?? [] },
      { from: "--ignore", patterns: flags.ignore ?? [] },
    ],
    ignoreFile: flags.ignoreFile ?? config.ignoreFile,
    defaultIgnores: flags.defaultIgnores ?? config.defaultIgnores ?? true,
    symlinks: flags.symlinks ?? config.symlinks ?? "follow",
    artifactType: artifactType(flags.artifactType ?? config.artifactType),
    appVersion: flags.appVersion ?? config.appVersion,
    mediaTypes: flags.mediaType === undefined ? config.mediaTypes : mediaTypes(flags.mediaType),
    compression: compression(flags, config),
    isCompressionGiven: [flags.compression, flags.compressionLevel, config.compression, config.compressionLevel]
      .some((given) => given !== undefined),
    stdinName: plainName(flags.stdinName ?? config.stdinName ?? "stdin.yaml"),
    concurrency: flags.concurrency ?? config.concurrency ?? 4,
    retries: flags.retries ?? config.retries ?? 5,
    timeout: flags.timeout ?? (config.timeout === undefined ? 60_000 : duration(config.timeout)),
  };
}

/** Tells the source from the targets: `push oci://…` takes the source from the configuration file. */
export function splitArguments(
  args: readonly string[],
): { readonly source: string | undefined; readonly targets: readonly string[] } {
  const [first, ...rest] = args;
  if (first === undefined || !isReference(first)) {
    return { source: first, targets: rest };
  }
  return { source: undefined, targets: args };
}

function references(texts: readonly string[]): readonly Reference[] {
  const references = texts.map((text) => checked(text, parseReference));
  const seen = new Set<string>();
  for (const reference of references) {
    // Two ways to write one path are one target.
    const text = formatReference(withLocalPath(reference, (path) => resolve(path)));
    if (seen.has(text)) throw new UsageError(`The target ${formatReference(reference)} is named twice`);
    seen.add(text);
  }
  return references;
}

function givenAnnotations(
  flags: PublishFlags,
  config: Config,
  path: string | undefined,
  version: string | undefined,
): Readonly<Record<string, Attributed>> {
  // A map, because a key may be "__proto__".
  const given = new Map<string, Attributed>();
  for (const [key, value] of Object.entries(config.annotations ?? {})) {
    given.set(key, { value, from: path ?? "configuration" });
  }
  for (const [key, value] of flags.annotation ?? []) given.set(key, { value, from: "--annotation" });
  refuseContradictions(given, flags, version);
  if (flags.source !== undefined) given.set(SOURCE_ANNOTATION, { value: flags.source, from: "--source" });
  if (flags.revision !== undefined) given.set(REVISION_ANNOTATION, { value: flags.revision, from: "--revision" });
  if (flags.created !== undefined) given.set(CREATED_ANNOTATION, { value: flags.created, from: "--created" });
  if (version !== undefined) {
    given.set(VERSION_ANNOTATION, { value: version, from: flags.version === undefined ? path ?? "" : "--version" });
  }
  const source = given.get(SOURCE_ANNOTATION);
  if (source !== undefined) {
    const value = withoutCredentials(source.value);
    // The text itself is not shown: it may hold what made it unfit.
    if (value === undefined) {
      throw new UsageError(
        `Cannot publish the source that ${source.from} gives, which cannot be told from credentials: ` +
          "give the URL of a repository, such as https://github.com/acme/app",
      );
    }
    given.set(SOURCE_ANNOTATION, { ...source, value });
  }
  const created = given.get(CREATED_ANNOTATION);
  if (created !== undefined) {
    given.set(CREATED_ANNOTATION, { ...created, value: checked(created.value, parseCreated) });
  }
  return Object.fromEntries(given);
}

/** What has a flag of its own must not be said in two ways. */
function refuseContradictions(given: ReadonlyMap<string, Attributed>, flags: PublishFlags, version?: string): void {
  const own: readonly (readonly [string, string | undefined, string])[] = [
    [SOURCE_ANNOTATION, flags.source, "--source"],
    [REVISION_ANNOTATION, flags.revision, "--revision"],
    [CREATED_ANNOTATION, flags.created, "--created"],
    [VERSION_ANNOTATION, version, "the version"],
  ];
  for (const [key, value, flag] of own) {
    const other = given.get(key);
    if (value === undefined || other === undefined || other.from !== "--annotation" || other.value === value) continue;
    throw new UsageError(`The annotation ${key} is given twice: by --annotation and by ${flag}`);
  }
}

function plainName(name: string): string {
  if (name !== "" && !/[\\/]/.test(name) && name !== "." && name !== "..") return name;
  throw new UsageError(`Cannot call standard input ${JSON.stringify(name)}: it must be the name of a file`);
}

function artifactType(text: string | undefined): string | undefined {
  if (text === undefined || isMediaType(text)) return text;
  throw new UsageError(
    `Cannot use artifact type ${JSON.stringify(text)}: it must be a media type, such as application/vnd.acme.config.v1`,
  );
}

function mediaTypes(given: readonly (readonly [pattern: string, type: string])[]): Readonly<Record<string, string>> {
  for (const [pattern, type] of given) {
    if (isMediaType(type)) continue;
    throw new UsageError(
      `Cannot use ${JSON.stringify(type)} for ${
        JSON.stringify(pattern)
      }: it must be a media type, such as application/json`,
    );
  }
  return Object.fromEntries(given);
}

/** Each worker costs some 17 MiB; with more of them a large layer takes more than 200 MiB in all. */
const WORKER_LIMIT = 2;

function compression(flags: PublishFlags, config: Config): Compression {
  const kind = flags.compression ?? config.compression ?? "gzip";
  const level = flags.compressionLevel ?? config.compressionLevel;
  if (kind === "none") {
    if (level !== undefined) throw new UsageError('Cannot use a compression level with compression "none"');
    return { kind };
  }
  if (kind === "zstd") return { kind, level: level ?? 3 };
  if (level !== undefined && level > 9) {
    throw new UsageError(`Cannot use compression level ${level} with gzip: 9 is the most`);
  }
  return { kind, level: level ?? 9, workers: Math.min(navigator.hardwareConcurrency, WORKER_LIMIT) };
}

/** Parses what was given; a text that does not parse is the user's mistake. */
function checked<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
