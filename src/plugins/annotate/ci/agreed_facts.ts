import type { Log } from "../../../work/context.ts";
import type { Attributed } from "../../../pipeline/values.ts";
import type { CiFacts, NamedCommit } from "./facts.ts";
import type { Checkout } from "../git/checkout.ts";

/** What of a CI system's facts is true of the files. */
export interface AgreedFacts {
  readonly source?: Attributed | undefined;
  readonly commit?: NamedCommit | undefined;
  readonly time?: Attributed | undefined;
}

/**
 * Takes of what a CI system says what holds for what is checked out: a job may check out another commit than the one
 * that it was started for, or another repository. What does not hold is left to the checkout, which knows better, and a
 * line says so.
 *
 * A merge that the system made to try an open pull request is in no branch; so the head of the pull request counts when
 * it is a parent of what is checked out.
 *
 * @param checkout What is checked out where the files are; `undefined` when they are in no repository.
 */
export function agreedFacts(facts: CiFacts, checkout: Checkout | undefined, say: Log["info"]): AgreedFacts {
  const { source, built, pullRequest, time } = facts;
  const expected = pullRequest ?? built;
  const isElsewhere = isOther(source?.value, checkout?.source);
  if (checkout === undefined || (checkout.commit === undefined && !isElsewhere)) {
    return { source, commit: expected, time };
  }
  const { commit, parents, root, source: remote } = checkout;
  if (pullRequest !== undefined && parents.length > 1 && parents.includes(pullRequest.commit.value)) {
    return { source, commit: pullRequest, time };
  }
  if (commit !== undefined && commit === pullRequest?.commit.value) return { source, commit: pullRequest };
  if (commit !== undefined && commit === built?.commit.value) return { source, commit: built, time };

  const place = JSON.stringify(root);
  if (isElsewhere) {
    say(
      `Source and revision are those of the repository that is checked out in ${place}, ${remote}; ` +
        `${source?.from} says ${source?.value}`,
    );
    return {};
  }
  if (expected !== undefined) {
    say(
      `The revision is that of what is checked out in ${place}, commit ${commit}; ` +
        `${expected.commit.from} says ${expected.commit.value}`,
    );
  }
  if (remote !== undefined || expected === undefined) return { source };
  if (source !== undefined) {
    say(`The source is not known: nothing shows that commit ${commit} in ${place} is from ${source.value}`);
  }
  return {};
}

/** Whether two URLs name different repositories. One may be for people and one for git, with another port or prefix. */
function isOther(source: string | undefined, remote: string | undefined): boolean {
  if (source === undefined || remote === undefined) return false;
  const [a, b] = [new URL(source), new URL(remote)];
  const [x, y] = [a.pathname.toLowerCase(), b.pathname.toLowerCase()];
  return a.hostname !== b.hostname || !(x.endsWith(y) || y.endsWith(x));
}
