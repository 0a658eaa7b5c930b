import type { Signer } from "../sign/signers/signer.ts";
import type { Context } from "../work/context.ts";
import type { KeyMachine } from "./publish/machine.ts";

/**
 * Opens the keys that a caller names. What reads them is loaded only now.
 *
 * @throws {KeyError} Names the key that cannot be used.
 */
export async function signersOf(
  keys: readonly string[],
  { env, hide, password }: KeyMachine,
  { signal, log }: Pick<Context, "signal" | "log">,
): Promise<readonly Signer[]> {
  const { openSigners } = await import("../sign/signers/open_signers.ts");
  return await openSigners(keys, {
    env,
    ...(hide === undefined ? {} : { hide }),
    ...(password === undefined ? {} : { password }),
    signal,
    log,
  });
}
