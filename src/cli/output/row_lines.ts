/**
 * Writes one row of a list: its first cell, padded so that the others stand below those of other rows, as long as a
 * terminal has room for that; then without the padding; and then with the others below, further in.
 *
 * @param pad How wide the first cell is.
 * @param width How many columns there are; without end when left out.
 */
export function rowLines(
  [first = "", ...others]: readonly string[],
  { pad, width = Infinity }: { readonly pad: number; readonly width?: number | undefined },
): readonly string[] {
  const lines = [first.padEnd(pad), first].map((name) => [name, ...others].join("  ").trimEnd());
  const fitting = lines.find((line) => line.length <= width);
  return fitting === undefined ? stacked([first, ...others], width) : [fitting];
}

/** The first cell, and further in below it the others, as many in a line as fit. */
export function stacked([first = "", ...others]: readonly string[], width: number): readonly string[] {
  const indent = `${/^ */.exec(first)?.[0]}  `;
  const lines: string[] = [];
  for (const cell of others.filter((cell) => cell !== "")) {
    const joined = `${lines.at(-1)}  ${cell}`;
    if (lines.length > 0 && indent.length + joined.length <= width) lines.splice(-1, 1, joined);
    else lines.push(cell);
  }
  return [first, ...lines.map((line) => indent + line)];
}
