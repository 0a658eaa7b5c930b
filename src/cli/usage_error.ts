import { OptionsError } from "../options/options_error.ts";

/** The command line or the configuration is wrong: nothing was contacted, exit code 2. */
export class UsageError extends OptionsError {
  override readonly name: string = "UsageError";
}
