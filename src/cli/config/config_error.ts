import { UsageError } from "../usage_error.ts";

/** A configuration file says something that gantry does not take. The message has one line for each problem. */
export class ConfigError extends UsageError {
  /** Each problem on its own, with file, line and column where they are known. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}
