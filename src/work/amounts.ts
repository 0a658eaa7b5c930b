/** Amounts as people read them. */

const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

/** Writes a number of bytes for people: `512 B`, `1.5 KiB`, `3.0 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // From 1023.95 on, one decimal would read 1024.0.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** Writes the first of many names, and how many more there are: `a, b and 7 more`. */
export function shortList(names: readonly string[], limit: number): string {
  const more = names.length - limit;
  return names.slice(0, limit).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Writes a number with what is counted: `1 artifact`, `2 artifacts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
