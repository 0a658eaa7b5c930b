/** How many lines are shown; thousands help nobody. */
const LINE_LIMIT = 20;

/**
 * Says everything that is missing at once.
 *
 * @param action What cannot be done, such as `Cannot export`.
 * @param gaps What is missing, one sentence each.
 */
export function missingContentError(action: string, gaps: readonly string[]): Error {
  const lines = [...new Set(gaps)].sort();
  const shown = lines.slice(0, LINE_LIMIT).map((line) => `\n  ${line}`).join("");
  const more = lines.length > LINE_LIMIT ? `\n  and ${lines.length - LINE_LIMIT} more` : "";
  return new Error(
    `${action}: ${lines.length === 1 ? "something is" : `${lines.length} things are`} missing${shown}${more}`,
  );
}
