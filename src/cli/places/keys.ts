import { isPem } from "../../sign/formats/is_pem.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

const ENV_PREFIX = "env://";

/**
 * Puts the value of the variable in the place of each `env://NAME`.
 *
 * @throws {UsageError} When there is no such variable, or no PEM in it. What is in it instead may be a secret, such as
 *   a private key in Base64: it is neither taken for a path nor quoted.
 */
export function givenKeys(keys: readonly string[], world: World): readonly string[] {
  return keys.map((key) => {
    if (!key.startsWith(ENV_PREFIX)) return key;
    const name = key.slice(ENV_PREFIX.length);
    const value = world.declaredEnv([name])[name];
    if (value === undefined || value === "") {
      throw new UsageError(
        `Cannot use the key ${key}: there is no variable ${JSON.stringify(name)} in the environment`,
      );
    }
    if (isPem(value)) return value;
    throw new UsageError(`Cannot use the key ${key}: the variable has no key in PEM, which begins with -----BEGIN`);
  });
}
