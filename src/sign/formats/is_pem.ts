/** Tells whether a text is PEM itself, whatever stands before its first block, and no path of a file with it. */
export function isPem(text: string): boolean {
  return text.includes("-----BEGIN");
}
