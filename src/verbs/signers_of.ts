import { OptionsError } from "../options/options_error.ts";
import type { Signer } from "../sign/signers/signer.ts";
import { type Context, SILENT_LOG } from "../work/context.ts";
import type { Machine } from "./publish/machine.ts";

/**
 * Opens the keys that a caller names. What reads them is loaded only now.
 *
 * @throws {OptionsError} Names the key that cannot be used, and why.
 * @throws {Error} When a program fails that signs.
 */
export async function signersOf(
  keys: readonly string[],
  { env, hide, password }: Pick<Machine, "env" | "hide" | "password">,
  { signal = new AbortController().signal, log = SILENT_LOG }: Partial<Pick<Context, "signal" | "log">>,
): Promise<readonly Signer[]> {
  if (keys.length === 0) return [];
  const { openSigners } = await import("../sign/signers/open_signers.ts");
  const { KeyError } = await import("../sign/public_key.ts");
  try {
    return await openSigners(keys, {
      env,
      ...(hide === undefined ? {} : { hide }),
      ...(password === undefined ? {} : { password }),
      signal,
      log,
    });
  } catch (cause) {
    if (cause instanceof KeyError) throw new OptionsError(cause.message, { cause });
    throw cause;
  }
}
