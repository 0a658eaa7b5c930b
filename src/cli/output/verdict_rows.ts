import type { Verdict } from "../../consumers/judge.ts";
import { oneLine } from "./printable.ts";
import { table } from "./table.ts";

/** Writes verdicts for people: a line for each consumer, and below it why, what to change, and what may surprise. */
export function verdictRows(verdicts: readonly Verdict[]): readonly string[] {
  const rows = verdicts.flatMap(({ consumer, accepted, refusals, notes }) => {
    const lines = [
      ...refusals.flatMap(({ reason, change }) => [reason, `change: ${change}`]),
      ...notes.map((text) => `note: ${text}`),
    ];
    const [first = "", ...rest] = lines.map(oneLine);
    return [[consumer, accepted ? "accepted" : "refused", first], ...rest.map((line) => ["", "", line])];
  });
  return table(rows).trimEnd().split("\n");
}
