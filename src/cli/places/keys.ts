import type { Command } from "commander";
import { repeated } from "../options.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/** The flag of every command that can refuse what is not signed; what was not given is absent. */
export interface VerifyKeyFlags {
  readonly verifyKey?: readonly string[];
}

/** Declares the flag of {@linkcode VerifyKeyFlags}. */
export function addVerifyKeyFlag(command: Command): Command {
  return command
    .optionsGroup("Signatures:")
    .option(
      "--verify-key <key>",
      "refuse what is not signed by this public key, a PEM file or env://NAME; repeatable: by one of them",
      repeated,
    );
}

const ENV_PREFIX = "env://";

/**
 * Puts the value of the variable in the place of each `env://NAME`.
 *
 * @throws {UsageError} When there is no such variable.
 */
export function givenKeys(keys: readonly string[], world: World): readonly string[] {
  return keys.map((key) => {
    if (!key.startsWith(ENV_PREFIX)) return key;
    const name = key.slice(ENV_PREFIX.length);
    const value = world.declaredEnv([name])[name];
    if (value !== undefined && value !== "") return value;
    throw new UsageError(`Cannot use the key ${key}: there is no variable ${JSON.stringify(name)} in the environment`);
  });
}
