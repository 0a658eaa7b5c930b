import { UsageError } from "../usage_error.ts";

/** What is known of a {@linkcode ConfigError} beyond its problems. */
export interface ConfigErrorOptions extends ErrorOptions {
  /** What can be done, a sentence each. */
  readonly hints?: readonly string[];
}

/** A configuration file says something that gantry does not take. The message has one line for each problem. */
export class ConfigError extends UsageError {
  /** Each problem on its own, with file, line and column where they are known. */
  readonly problems: readonly string[];
  /** What can be done, a sentence each. */
  readonly hints: readonly string[];

  constructor(problems: readonly string[], { hints = [], ...options }: ConfigErrorOptions = {}) {
    super(problems.join("\n"), options);
    this.problems = problems;
    this.hints = hints;
  }
}
