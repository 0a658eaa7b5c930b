import type { Command } from "commander";
import type { Context } from "../pipeline/context.ts";
import { createScratch } from "../plugins/scratch/scratch.ts";
import { clearingLog } from "./clearing_log.ts";
import { createLog } from "./log.ts";
import { createProgress } from "./progress.ts";
import { createRegistryAccess, type RegistryAccess } from "./registry_access.ts";
import { addRegistryFlags, type RegistryFlags } from "./registry_flags.ts";
import type { World } from "./world.ts";

/** The flags of every command that works with what was published already; what was not given is absent. */
export interface ReadingFlags extends RegistryFlags {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Declares the flags of {@linkcode ReadingFlags}. */
export function addReadingFlags(command: Command): Command {
  addRegistryFlags(command);
  return command
    .optionsGroup("Output:")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens");
}

/** Everything that a command works with which reads or changes what was published already. */
export interface ReadingSession {
  readonly access: RegistryAccess;
  readonly context: Context;
  /** How many requests at a time; what the command thinks right when the user said nothing. */
  readonly concurrency: number;
}

/** Opens the way to registries, lets a command use it, and cleans up after it. */
export async function withReadingSession<T>(
  flags: ReadingFlags,
  world: World,
  use: (session: ReadingSession) => Promise<T>,
  defaults: { readonly concurrency: number } = { concurrency: 4 },
): Promise<T> {
  const log = createLog(world, flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal");
  const concurrency = flags.concurrency ?? defaults.concurrency;
  const access = await createRegistryAccess(flags, { concurrency, retries: flags.retries ?? 5 }, world);
  const progress = createProgress(world);
  const scratch = createScratch();
  try {
    return await use({
      access,
      concurrency,
      context: {
        signal: world.signal,
        log: clearingLog(log, progress.clear),
        scratch,
        progress: flags.quiet ? (): void => {} : progress.update,
      },
    });
  } finally {
    progress.clear();
    access.close();
    await scratch.close();
  }
}
