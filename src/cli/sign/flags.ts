import type { SignFormat } from "../../sign/sign_format.ts";
import type { OutputFormat } from "../output/format_output.ts";
import { UsageError } from "../usage_error.ts";
import type { KeylessOptions } from "../../verbs/sign/signers_of.ts";
import type { StoredFlags } from "../stored/commands.ts";

/** The flags of `sign`, as they were given; what was not given is absent. */
export interface SignFlags extends StoredFlags, KeylessOptions {
  readonly key?: readonly string[];
  readonly signFormat?: SignFormat;
  readonly output?: OutputFormat;
}

/** The flags of `attach`, as they were given; what was not given is absent. */
export interface AttachFlags extends StoredFlags, KeylessOptions {
  readonly type: string;
  readonly key?: readonly string[];
  readonly output?: OutputFormat;
}

/**
 * Takes what was said of signing without a key.
 *
 * @throws {UsageError} When a file is named for it, and it is not wanted.
 */
export function keylessOptions({ keyless = false, signingConfig, trustedRoot }: KeylessOptions): KeylessOptions {
  if (!keyless && (signingConfig ?? trustedRoot) !== undefined) {
    const flag = signingConfig === undefined ? "--trusted-root" : "--signing-config";
    throw new UsageError(`${flag} is for signing without a key, and needs --keyless`);
  }
  return { keyless, signingConfig, trustedRoot };
}

/** The flags of `keygen`, as they were given; what was not given is absent. */
export interface KeygenFlags {
  /** `false` when the private key shall not be encrypted. */
  readonly password: boolean;
  readonly output?: OutputFormat;
}
