/** How much of a text is shown. */
const LIMIT = 200;

/** The beginning of a text from elsewhere, in quotes, fit for one line of a message. */
export function excerpt(text: string): string {
  const start = Array.from(text.slice(0, 2 * LIMIT)).slice(0, LIMIT).join("");
  // What JSON leaves as it is can still move a cursor or turn the order of characters round.
  const shown = JSON.stringify(start).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  });
  return start.length < text.length ? `${shown}…` : shown;
}
