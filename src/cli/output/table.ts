/** How a table fits onto a terminal. */
export interface Fit {
  /** How many columns the terminal has; on none, nothing is left out. */
  readonly width: number | undefined;
  /** Which cells of each row are left out while it is too wide, by their places: the first one first. */
  readonly drop: readonly number[];
}

/** Writes rows as {@linkcode table} does, without what a terminal has no room for. */
export function fittedTable(rows: readonly (readonly string[])[], { width = Infinity, drop }: Fit): string {
  const [first, ...more] = drop;
  const text = table(rows);
  if (first === undefined || text.split("\n").every((line) => line.length <= width)) return text;
  const left = rows.map((row) => row.toSpliced(first, 1));
  return fittedTable(left, { width, drop: more.map((at) => at > first ? at - 1 : at) });
}

/** Writes rows with their columns below each other, two spaces between them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  }
  return rows.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()}\n`).join("");
}
