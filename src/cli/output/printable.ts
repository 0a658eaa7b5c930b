/** Characters that move a cursor, change colours or turn the order of others round: controls and formats. */
const UNPRINTABLE_REGEXP = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Makes a text from elsewhere fit for a terminal: names of files and a registry's words cannot do anything there.
 *
 * @returns The text with `\uXXXX` in the place of what cannot be printed. Line ends stay.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE_REGEXP, (character) => {
    if (character === "\n") return character;
    return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  });
}
