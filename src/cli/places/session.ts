import type { Reference } from "../../oci/reference.ts";
import { REGISTRY_DEFAULTS } from "../../registry/defaults.ts";
import { createScratch } from "../../system/scratch.ts";
import type { Context } from "../../work/context.ts";
import { createLog } from "../output/log.ts";
import { createProgress } from "../output/progress.ts";
import type { ReadingFlags } from "../reading/commands.ts";
import type { World } from "../world.ts";
import { createRegistryAccess, type RegistryAccess } from "./access.ts";
import type { RegistryPlace } from "./registry_place.ts";

/** Everything that a command works with which reads or changes what was published already. */
export interface ReadingSession {
  readonly access: RegistryAccess;
  readonly context: Context;
  /** How many requests at a time; what the command thinks right when the user said nothing. */
  readonly concurrency: number;
}

/** What a command knows before it reads. */
export interface ReadingOptions {
  /** How many requests at a time it thinks right; 4 when left out. */
  readonly concurrency?: number;
  /** What people read while it moves bytes, such as `Copying`. */
  readonly phase: string;
  /** Every place where it will go: credentials that were given are for one registry only. */
  readonly places: readonly (Reference | RegistryPlace)[];
}

/** Opens the way to registries, lets a command use it, and cleans up after it. */
export async function withReadingSession<T>(
  flags: ReadingFlags,
  world: World,
  use: (session: ReadingSession) => Promise<T>,
  { concurrency: usual = REGISTRY_DEFAULTS.concurrency, phase, places }: ReadingOptions,
): Promise<T> {
  const log = createLog(world, flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal");
  const concurrency = flags.concurrency ?? usual;
  const progress = createProgress(world, { phase });
  const access = await createRegistryAccess(
    flags,
    { targets: places, ...REGISTRY_DEFAULTS, ...flags },
    { world, log },
  );
  const scratch = createScratch();
  try {
    return await use({
      access,
      concurrency,
      context: {
        signal: world.signal,
        log,
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
