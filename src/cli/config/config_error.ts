import { UsageError } from "../usage_error.ts";

/** A configuration file says something that gantry does not take. The message has one line for each problem. */
export class ConfigError extends UsageError {
  /** @param problems Each with file, line and column where they are known. */
  constructor(problems: readonly string[]) {
    super(problems.join("\n"), { problems });
  }
}
