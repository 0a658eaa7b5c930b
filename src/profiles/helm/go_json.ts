/**
 * Writes JSON as Go does: `<`, `>`, `&` and two line breaks of Unicode by their numbers, so that it can stand in HTML.
 */
export function writeGoJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
