import type { YamlProblem } from "./read_yaml.ts";

/**
 * Writes each problem as `FILE:LINE:COLUMN: MESSAGE`, in the order of the file and none twice.
 *
 * @param text The file's content.
 * @param path The file's name.
 */
export function locateProblems(
  text: string,
  path: string,
  problems: readonly YamlProblem[],
): readonly string[] {
  const lineStarts = [0];
  for (const match of text.matchAll(/\r\n?|\n/g)) lineStarts.push(match.index + match[0].length);
  let line = 0;
  const lines = problems.toSorted((a, b) => a.offset - b.offset).map(({ offset, message }) => {
    while ((lineStarts[line + 1] ?? Infinity) <= offset) line++;
    return `${path}:${line + 1}:${offset - (lineStarts[line] ?? 0) + 1}: ${message}`;
  });
  return [...new Set(lines)];
}
