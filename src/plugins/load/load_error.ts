/** What kind of thing went wrong with the loading of a plugin. */
export type LoadProblem =
  /** There is no such file or package. */
  | "missing"
  /** It is not the kind of file that a plugin is. */
  | "kind"
  /** It does not parse. */
  | "syntax"
  /** It imports something that is not there. */
  | "import"
  /** Its own code failed while it was loaded. */
  | "threw"
  /** Its own code waits for something for too long. */
  | "stuck"
  /** The compiled program cannot load packages. */
  | "compiled"
  /** The lock file does not have it and may not change. */
  | "frozen";

/** A plugin's module cannot be loaded. */
export class LoadError extends Error {
  /** The name of the class. */
  override readonly name = "LoadError";
  /** What kind of problem it is. */
  readonly problem: LoadProblem;

  /** Says what went wrong. */
  constructor(problem: LoadProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.problem = problem;
  }
}
