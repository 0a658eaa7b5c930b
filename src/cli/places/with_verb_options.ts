import type { Reference } from "../../oci/reference.ts";
import { registryHosts } from "../../places/registry_access.ts";
import type { RegistryPlace } from "../../places/registry_place.ts";
import type { VerbOptions } from "../../verbs/verb_options.ts";
import type { SignedOptions } from "../../verbs/verify/require_signatures.ts";
import { createLog } from "../output/log.ts";
import { createProgress } from "../output/progress.ts";
import type { StoredFlags } from "../stored/commands.ts";
import { spellFlag } from "../spell_flag.ts";
import type { World } from "../world.ts";
import type { VerifyKeyFlags } from "./flags.ts";
import { givenKeys } from "./keys.ts";
import { registryFromFlags } from "./registry_from_flags.ts";

/** What every verb takes, as the flags of a command say it. */
export type GivenOptions = VerbOptions & SignedOptions & Required<Pick<VerbOptions, "signal" | "log" | "progress">>;

/** What a command knows before its verb begins. */
export interface CommandOptions {
  /** What people read while it moves bytes, such as `Copying`. */
  readonly phase: string;
  /** Every place where it will go: credentials that were given are for one registry only. */
  readonly places: readonly (Reference | RegistryPlace)[];
}

/** Says what every verb wants to know, lets a command call one, and takes progress off the terminal at the end. */
export async function withVerbOptions<T>(
  flags: StoredFlags & VerifyKeyFlags,
  world: World,
  { phase, places }: CommandOptions,
  use: (options: GivenOptions) => Promise<T>,
): Promise<T> {
  const log = createLog(world, flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal");
  using progress = createProgress(world, { phase });
  const registry = await registryFromFlags(flags, { world, log, hosts: registryHosts(places) });
  const { concurrency, retries, timeout, verifyKey } = flags;
  const verifyKeys = verifyKey === undefined ? undefined : givenKeys(verifyKey, world);
  return await use({
    signal: world.signal,
    log,
    progress: flags.quiet ? (): void => {} : progress.update,
    registry,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(retries === undefined ? {} : { retries }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(verifyKeys === undefined ? {} : { verifyKeys }),
    spell: spellFlag,
  });
}
