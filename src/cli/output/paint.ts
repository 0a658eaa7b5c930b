/** What gets a colour: the word that says what a line is, the mark before a result, and digests. */
const PAINTED: readonly (readonly [what: RegExp, style: Style])[] = [
  [/^error:/gm, "error"],
  [/^warning:/gm, "warning"],
  [/^advice:/gm, "advice"],
  [/^\u2714/gm, "good"],
  [/^\u2718/gm, "error"],
  [/\bsha256:[0-9a-f]{12,64}\b|\bsha512:[0-9a-f]{12,128}\b/g, "digest"],
];

type Style = "error" | "warning" | "advice" | "good" | "digest";

const CODES: Readonly<Record<Style, readonly [on: string, off: string]>> = {
  error: ["\x1b[1;31m", "\x1b[22;39m"],
  warning: ["\x1b[33m", "\x1b[39m"],
  advice: ["\x1b[36m", "\x1b[39m"],
  good: ["\x1b[32m", "\x1b[39m"],
  digest: ["\x1b[1m", "\x1b[22m"],
};

/**
 * Colours a text for a terminal. It happens where text leaves the process: what was written by others cannot have any
 * colour, because what it says has been made printable before.
 */
export function paint(text: string): string {
  return PAINTED.reduce((painted, [what, style]) => {
    const [on, off] = CODES[style];
    return painted.replace(what, (found) => `${on}${found}${off}`);
  }, text);
}
