import { dirname, join, resolve } from "node:path";
import { CONFIG_NAMES } from "../../options/config_names.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { readSmallFile } from "../../system/read_small_file.ts";
import type { Positions } from "../../verbs/publish/publish_options.ts";
import { UsageError } from "../usage_error.ts";
import type { Config } from "./config_schema.ts";
import { CONFIG_SIZE_LIMIT } from "./config_size_limit.ts";
import { distrustOf } from "./distrust_of.ts";
import { isThere } from "./is_there.ts";
import { repositoryRoot } from "./repository_root.ts";
import type { ReadEnv } from "./substitute_env.ts";

/** A configuration file that was found and parsed. */
export interface FoundConfig {
  /** The file, as messages show it. */
  readonly path: string;
  /** What it says; relative paths in it now start from the current directory. */
  readonly config: Config;
  /** Where it says so. */
  readonly positions: Positions;
  /** Whether the user has named the file. */
  readonly isNamed: boolean;
}

/** Where to look for a configuration file, and what to read it with. */
export interface ConfigSearch {
  /** A directory or a file; without it, or with `-`, the search begins in the current directory. */
  readonly source?: string;
  /** The file that was asked for; `false` when none is wanted. */
  readonly explicit?: string | false;
  /** Reads the environment variables that the file declares; none is set when left out. */
  readonly readEnv?: ReadEnv;
  /** The directory in which the user works, by which it is decided whether a file counts; `.` when left out. */
  readonly here?: string;
}

/**
 * Finds and reads the configuration file: the one that was asked for, or else the one beside the source, or else the
 * one in the root of the git repository around it.
 *
 * @returns `undefined` when there is no configuration file.
 * @throws {ConfigError} When the file says something that gantry does not take.
 * @throws {UsageError} When the file cannot be read, when one directory holds several, or when the file was found and
 *   is not trusted, as {@linkcode distrustOf} says; then nothing of it was read.
 */
export async function findConfig({ source, explicit, readEnv, here }: ConfigSearch): Promise<FoundConfig | undefined> {
  if (explicit === false) return undefined;
  const path = explicit ?? await search(source ?? "-");
  if (path === undefined) return undefined;
  if (explicit === undefined) await refuseUntrusted(path, here);
  // Imported only now, because most runs have no configuration file.
  const [{ parseConfig }, { rebaseConfig }] = await Promise.all([
    import("./parse_config.ts"),
    import("./rebase_config.ts"),
  ]);
  const { config, positions } = parseConfig(await readText(path), {
    path,
    ...(readEnv === undefined ? {} : { readEnv }),
  });
  return { path, config: rebaseConfig(config, dirname(path)), positions, isNamed: explicit !== undefined };
}

/** Before anything of the file is read: what it says of variables, targets and plugins must not count either. */
async function refuseUntrusted(path: string, here?: string): Promise<void> {
  const distrust = await distrustOf(path, here).catch((cause) => {
    throw new UsageError(`Cannot read configuration file ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  });
  if (distrust === undefined) return;
  throw new UsageError(
    `Cannot use configuration file ${JSON.stringify(path)}: ${distrust}; ` +
      `pass --config ${path} when you trust it, or --no-config`,
  );
}

async function search(source: string): Promise<string | undefined> {
  const beside = await directoryOf(source);
  const found = await configIn(beside);
  if (found !== undefined) return found;
  const root = await repositoryRoot(beside);
  return root === undefined ? undefined : await configIn(root);
}

/** The configuration file of the current directory, whether it counts for a source or not. */
export async function configHere(): Promise<string | undefined> {
  for (const name of CONFIG_NAMES) if (await isThere(name)) return name;
  return undefined;
}

/** Where {@linkcode findConfig} looks for a file when none is named. */
export async function searchedDirectories(source = "-"): Promise<readonly string[]> {
  const beside = await directoryOf(source);
  const root = await repositoryRoot(beside);
  return [...new Set([beside, root ?? beside].map((path) => resolve(path)))];
}

async function directoryOf(source: string): Promise<string> {
  if (source === "-") return ".";
  try {
    return (await Deno.stat(source)).isDirectory ? source : dirname(source);
  } catch {
    // What cannot be read is reported by the collector, with its reason.
    return dirname(source);
  }
}

async function configIn(directory: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of CONFIG_NAMES) {
    const path = join(directory, name);
    if (await isThere(path)) found.push(path);
  }
  if (found.length <= 1) return found[0];
  const names = found.map((path) => JSON.stringify(path)).join(" and ");
  throw new UsageError(`Cannot choose a configuration file: there are ${names}, keep one`);
}

async function readText(path: string): Promise<string> {
  try {
    return decode(await readSmallFile(path, CONFIG_SIZE_LIMIT));
  } catch (cause) {
    throw new UsageError(`Cannot read configuration file ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError("it is not UTF-8", { cause });
  }
}
