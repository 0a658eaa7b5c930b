/**
 * Characters that move a cursor, change colours, turn the order of others round or cannot be seen: controls, formats
 * and what is drawn as nothing. Those that choose between text and an emoji are harmless.
 */
const UNPRINTABLE_REGEXP = /[[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{DI}]--[\n\ufe00-\ufe0f]]/gv;

/**
 * Makes a text from elsewhere fit for a terminal: names of files and a registry's words cannot do anything there.
 *
 * @returns The text with `\uXXXX` in the place of what cannot be printed. Line ends stay.
 */
export function printable(text: string): string {
  return escapeUnprintable(text, (character) => {
    return character.split("").map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`).join("");
  });
}

/** {@linkcode printable} for what must not look like a line of its own: a line end is `\n`. */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n");
}

/** {@linkcode printable} for what has tabs and the line ends of Windows, which are harmless. */
export function printableLines(text: string): string {
  return text.split(/(\t|\r\n)/).map((part) => part === "\t" || part === "\r\n" ? part : printable(part)).join("");
}

/** Writes `\uXXXX` or `\UXXXXXXXX`, as YAML has it, in the place of what cannot be printed. Line ends stay. */
export function printableYaml(text: string): string {
  return escapeUnprintable(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
}

/** Whether {@linkcode printable} would leave a text as it is. */
export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE_REGEXP) < 0;
}

function escapeUnprintable(text: string, escape: (character: string) => string): string {
  return text.replace(UNPRINTABLE_REGEXP, escape);
}

function hex(code: number, length: number): string {
  return code.toString(16).padStart(length, "0");
}
