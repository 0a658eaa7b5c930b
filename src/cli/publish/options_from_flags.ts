import { basename, dirname } from "node:path";
import { nearestWord } from "../../work/nearest_word.ts";
import { isReference, parseReference } from "../../oci/reference.ts";
import { PUBLISHING, type Publishing } from "../../options/publishing.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import type { ConfiguredOptions } from "../../verbs/publish/publish_options.ts";
import { registryHosts } from "../../places/registry_access.ts";
import { readConfiguration } from "../config/read_configuration.ts";
import { givenOptions } from "../declare_options.ts";
import { machineOf } from "../machine.ts";
import { createLog } from "../output/log.ts";
import type { ProgressReporter } from "../output/progress.ts";
import { cacheDirectory } from "../places/cache_directory.ts";
import { registryFromFlags } from "../places/registry_from_flags.ts";
import { spellFlag } from "../spell_flag.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { PublishFlags } from "./commands.ts";

/** The arguments of `push` and `plan`. */
export interface PublishArguments {
  /** The first one, which may be a target. */
  readonly source: string | undefined;
  readonly targets: readonly string[];
}

/** Where a command runs, and what shows how far it is. */
export interface PublishSurroundings {
  readonly world: World;
  readonly progress: ProgressReporter;
}

/**
 * Says what is wanted in the words of the verbs: by the arguments and flags, and what the configuration file says.
 *
 * @param named What starts like a reference is a target.
 * @throws {UsageError} When flags contradict each other, or the file cannot be read.
 */
export async function optionsFromFlags(
  named: PublishArguments,
  flags: PublishFlags,
  { world, progress }: PublishSurroundings,
): Promise<ConfiguredOptions> {
  const log = createLog(world, flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal");
  const given: Publishing = { ...givenOptions(PUBLISHING, flags), ...sourceAndTargets(named) };
  if (given.source !== undefined) await refuseMissing(given.source);
  const configuration = await readConfiguration(given.source, flags, { world, log });
  const { source, targets = [] } = given;
  // What is no reference among the targets is a source in the wrong place, which is said elsewhere.
  const isUnnamed = source === undefined && configuration === undefined && flags.config === undefined;
  if (isUnnamed && targets.every((target) => isReference(target))) {
    throw new UsageError("There is no source: name a directory, a file or - for standard input", {
      hints: ["a gantry.jsonc here, or in the root of the repository, can name it: `gantry init` writes one"],
    });
  }
  if (flags.passwordStdin && (given.source ?? configuration?.values.source) === "-") {
    throw new UsageError("Cannot read both the password and the source from standard input");
  }
  const hosts = hostsOf(given.targets ?? configuration?.values.targets ?? []);
  return {
    ...given,
    usually: usualPlaces(world),
    ...(configuration === undefined ? {} : { configuration }),
    log,
    ...(flags.quiet ? {} : { progress: progress.update }),
    signal: world.signal,
    registry: await registryFromFlags(flags, { world, log, hosts }),
    machine: machineOf(world),
    spell: spellFlag,
  };
}

/** What was typed wrong is said before anything else, such as which configuration counts. */
async function refuseMissing(source: string): Promise<void> {
  if (source === "-") return;
  try {
    await Deno.lstat(source);
  } catch (cause) {
    throw new UsageError(
      `Cannot read ${JSON.stringify(source)}: ${whyUnreadable(cause)}${meantSibling(source, cause)}`,
      { cause },
    );
  }
}

function usualPlaces(world: World): Publishing {
  const directory = cacheDirectory(Deno.build.os, world.env);
  return directory === undefined ? {} : { cacheDirectory: directory };
}

/** Tells the source from the targets: `push oci://…` takes the source from the configuration file. */
function sourceAndTargets({ source, targets }: PublishArguments): Pick<Publishing, "source" | "targets"> {
  if (source === undefined) return {};
  if (isReference(source)) return { targets: [source, ...targets] };
  return { source, ...(targets.length === 0 ? {} : { targets }) };
}

/** The registries among targets. What is no reference is the verb's to refuse. */
function hostsOf(targets: readonly string[]): readonly string[] {
  return registryHosts(targets.flatMap((target) => {
    try {
      return [parseReference(target)];
    } catch {
      return [];
    }
  }));
}

/** What was meant by a source that is not there, where something beside it has nearly that name. */
function meantSibling(source: string, cause: unknown): string {
  if (!(cause instanceof Deno.errors.NotFound)) return "";
  const name = basename(source);
  const meant = nearestWord(name, namesIn(dirname(source)));
  return meant === undefined
    ? ""
    : `, did you mean ${JSON.stringify(source.slice(0, source.lastIndexOf(name)) + meant)}?`;
}

function namesIn(directory: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name).toSorted();
  } catch {
    return [];
  }
}
