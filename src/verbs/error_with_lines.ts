/** How many lines are shown; thousands help nobody. */
const LINE_LIMIT = 20;

/**
 * Makes an error that says everything at once, sorted and each thing once.
 *
 * @param message What cannot be done and why, as a sentence of its own.
 * @param lines What is in the way, one line each.
 */
export function errorWithLines(message: string, lines: readonly string[]): Error {
  const all = [...new Set(lines)].sort();
  const shown = all.slice(0, LINE_LIMIT).map((line) => `\n  ${line}`).join("");
  const more = all.length > LINE_LIMIT ? `\n  and ${all.length - LINE_LIMIT} more` : "";
  return new Error(`${message}${shown}${more}`);
}
