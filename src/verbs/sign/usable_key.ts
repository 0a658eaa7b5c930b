import { OptionsError } from "../../options/options_error.ts";

/**
 * Reads keys, or what stands in their place.
 *
 * @throws {OptionsError} Names what cannot be used, and why.
 */
export async function usableKey<Result>(read: () => Promise<Result>): Promise<Result> {
  const { KeyError } = await import("../../sign/public_key.ts");
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause;
    throw new OptionsError(cause.message, { cause });
  }
}
