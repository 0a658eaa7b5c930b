/** Writes words as one line that a shell takes apart in the same way. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => SAFE_REGEXP.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

const SAFE_REGEXP = /^[\w@%+=:,./{}[\]^~…-]+$/;
