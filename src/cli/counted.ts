/** Writes a number with what is counted: `1 artifact`, `2 artifacts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
