import { OptionsError } from "../../options/options_error.ts";

/** Why a consumer would refuse what was packed. */
export interface ConsumerRefusal {
  /** Who was asked for, such as `flux`. */
  readonly consumer: string;
  /** A sentence. */
  readonly reason: string;
  /** What to change, a sentence. */
  readonly change: string;
}

/** Somebody who has to accept an artifact would refuse it. Nothing was contacted. */
export class RefusedError extends OptionsError {
  /** Each refusal on its own; a consumer may have several. */
  readonly refusals: readonly ConsumerRefusal[];

  /** Says all of it. */
  constructor(refusals: readonly ConsumerRefusal[]) {
    const problems = refusals.map(refusalMessage);
    const hints = refusals.map(({ consumer, change }) =>
      `for ${consumer}: ${change.charAt(0).toLowerCase()}${change.slice(1)}`
    );
    super(problems.join("\n"), { problems, hints });
    this.refusals = refusals;
  }
}

/** Says one refusal. */
export function refusalMessage({ consumer, reason }: Pick<ConsumerRefusal, "consumer" | "reason">): string {
  return `Cannot publish it for ${consumer}: ${reason}`;
}
