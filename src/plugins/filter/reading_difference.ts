import type { Entry } from "../../pipeline/entry.ts";
import { gitRules } from "./git_rules.ts";
import type { IgnoreReading } from "./ignore_reading.ts";
import type { IgnoreRules, PatternGroup } from "./ignore_rules.ts";

/**
 * Says in one line on which files git would have decided otherwise than the rules that count.
 *
 * @param rules The same patterns in the reading that counts.
 * @param reading Whose reading that is.
 * @returns `undefined` when both agree on everything at hand.
 */
export function readingDifference(
  entries: readonly Entry[],
  groups: readonly PatternGroup[],
  { rules, reading }: { readonly rules: IgnoreRules; readonly reading: Exclude<IgnoreReading, "git"> },
): string | undefined {
  const git = gitRules(groups);
  const differing = entries.filter((entry) => {
    const { path, kind } = entry;
    if (kind === "file") return (rules.ignores(path, kind) === undefined) !== (git.ignores(path, kind) === undefined);
    // What is in such a directory was not looked at. git keeps a directory of which it drops all that is in it.
    return rules.prunes(path) && git.ignores(`${path}/${ANY_NAME}`, "file") === undefined;
  });
  const [first] = differing;
  if (first === undefined) return undefined;
  const isKept = rules.ignores(first.path, first.kind) === undefined;
  const more = differing.length === 1 ? "" : `, and ${differing.length - 1} more of that kind`;
  return `Ignore patterns are read as ${READERS[reading]} them, not as git does: ${JSON.stringify(first.path)} ` +
    `${isKept ? "stays, and git would leave it out" : "is left out, and git would keep it"}${more}`;
}

const READERS = { "go-git": "Flux and Timoni read", helm: "Helm reads" } as const;

/** A name for which nobody has written a pattern. */
const ANY_NAME = "\x01";
