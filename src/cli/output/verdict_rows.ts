import type { Verdict } from "../../consumers/judge.ts";
import { oneLine } from "./printable.ts";
import { table } from "./table.ts";
import { wrapText } from "./wrap_text.ts";

/**
 * Writes verdicts for people: a line for each consumer, and below it why, what to change, and what may surprise.
 *
 * @param width How many columns there are; on no terminal, the sentences stand beside the verdict.
 */
export function verdictRows(verdicts: readonly Verdict[], width?: number): readonly string[] {
  if (width !== undefined) return narrowRows(verdicts, width);
  const rows = verdicts.flatMap((verdict) => {
    const [first = "", ...rest] = sentences(verdict);
    return [[...nameAndVerdict(verdict), first], ...rest.map((line) => ["", "", line])];
  });
  return table(rows).trimEnd().split("\n");
}

function narrowRows(verdicts: readonly Verdict[], width: number): readonly string[] {
  const heads = table(verdicts.map(nameAndVerdict)).trimEnd().split("\n");
  return verdicts.flatMap((verdict, at) => [
    heads[at] ?? "",
    ...sentences(verdict).flatMap((line) => wrapText(line, width - INDENT.length)).map((line) => INDENT + line),
  ]);
}

const INDENT = "  ";

function nameAndVerdict({ consumer, accepted }: Verdict): readonly string[] {
  return [consumer, accepted ? "accepted" : "refused"];
}

function sentences({ refusals, notes }: Verdict): readonly string[] {
  return [
    ...refusals.flatMap(({ reason, change }) => [reason, `change: ${change}`]),
    ...notes.map((text) => `note: ${text}`),
  ].map(oneLine);
}
