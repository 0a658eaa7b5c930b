import type { SignFormat } from "../../sign/sign_format.ts";
import type { OutputFormat } from "../publish/commands.ts";
import type { StoredFlags } from "../stored/commands.ts";

/** The flags of `sign`, as they were given; what was not given is absent. */
export interface SignFlags extends StoredFlags {
  readonly key: readonly string[];
  readonly signFormat?: SignFormat;
  readonly output?: OutputFormat;
}

/** The flags of `attach`, as they were given; what was not given is absent. */
export interface AttachFlags extends StoredFlags {
  readonly type: string;
  readonly key?: readonly string[];
  readonly output?: OutputFormat;
}

/** The flags of `keygen`, as they were given; what was not given is absent. */
export interface KeygenFlags {
  /** `false` when the private key shall not be encrypted. */
  readonly password: boolean;
  readonly output?: OutputFormat;
}
