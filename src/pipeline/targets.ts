import type { Target } from "./target.ts";
import { StageError, type StageName } from "./stage_error.ts";

/** Some targets failed. With more than one failure, `errors` has each of them. */
export class TargetsError extends AggregateError {
  /** The name of the class. */
  override readonly name = "TargetsError";
  /** The targets for which the work was done. */
  readonly done: readonly string[];
  /** The targets for which it failed, in the order of `errors`. */
  readonly failed: readonly string[];

  /** Sums up what failed; `done` and `failed` are URLs of targets. */
  constructor(errors: readonly Error[], done: readonly string[], failed: readonly string[]) {
    super(errors, errors.map(({ message }) => message).join("; "), { cause: errors[0] });
    this.done = done;
    this.failed = failed;
  }
}

/**
 * Does something for every target at once, and waits for all of them even when one fails.
 *
 * @returns The results, in the order of the targets.
 * @throws {TargetsError} When one or more failed.
 */
export async function everyTarget<T, Place extends Pick<Target, "url"> = Target>(
  stage: StageName,
  targets: readonly Place[],
  work: (target: Place) => Promise<T>,
): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(targets.map(async (target) => await work(target)));
  const results: T[] = [];
  const errors: StageError[] = [];
  const done: string[] = [];
  const failed: string[] = [];
  outcomes.forEach((outcome, at) => {
    const target = targets[at];
    if (target === undefined) return;
    if (outcome.status === "fulfilled") {
      results.push(outcome.value);
      done.push(target.url);
    } else {
      errors.push(StageError.from(outcome.reason, stage, target.url));
      failed.push(target.url);
    }
  });
  if (errors.length > 0) throw new TargetsError(errors, done, failed);
  return results;
}
