/** What is known of an {@linkcode OptionsError} beyond its message. */
export interface OptionsErrorDetails extends ErrorOptions {
  /** Each problem on its own, with the place where it stands. */
  readonly problems?: readonly string[];
  /** What can be done, a sentence each. */
  readonly hints?: readonly string[];
}

/** What was asked for makes no sense, or cannot be done: nothing was contacted. */
export class OptionsError extends Error {
  /** The name of the class. */
  override readonly name: string = "OptionsError";
  /** Each problem on its own, with the place where it stands. */
  readonly problems: readonly string[];
  /** What can be done, a sentence each. */
  readonly hints: readonly string[];

  /** Says what is wrong with which option. */
  constructor(message: string, { problems = [message], hints = [], ...options }: OptionsErrorDetails = {}) {
    super(message, options);
    this.problems = problems;
    this.hints = hints;
  }
}
