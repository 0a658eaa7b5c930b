/** Tells whether a text, as a byte string, is what a pattern describes. */
export type Matcher = (text: string) => boolean;

/**
 * Makes a matcher of a pattern as git's `wildmatch.c` reads it, with the flag `WM_PATHNAME`: `*`, `?` and sets in
 * brackets do not match a slash, `**` between slashes does.
 *
 * All places of the pattern that a text may have come to are followed at once, so there is no way back and the time is
 * at most the length of the pattern times that of the text. Backtracking takes exponential time, and ignore files are
 * written by strangers.
 *
 * @param pattern A byte string.
 * @see {@link https://github.com/git/git/blob/v2.51.0/wildmatch.c | wildmatch.c of git 2.51}
 */
export function wildmatch(pattern: string): Matcher {
  const parts = parse(pattern);
  if (parts === undefined) return () => false;
  const length = parts.length;
  const least = parts.filter((part) => typeof part !== "string").length;

  /** Marks a place, and those after it that need no byte. */
  function enter(places: Uint8Array, at: number): void {
    for (let place = at; places[place] === 0; place++) {
      places[place] = 1;
      if (typeof parts?.[place] !== "string") return;
    }
  }

  return (text) => {
    if (text.length < least) return false;
    let reached = new Uint8Array(length + 1);
    let next = new Uint8Array(length + 1);
    enter(reached, 0);
    for (const byte of text) {
      let isAlive = false;
      for (let place = 0; place < length; place++) {
        if (reached[place] === 0) continue;
        const part = parts[place];
        if (part === "directories") {
          // That it stands for no directory at all was taken into account when it was entered.
          next[place] = 1;
          if (byte === "/") enter(next, place + 1);
        } else if (part === "everything" || (part === "name" && byte !== "/")) enter(next, place);
        else if (typeof part === "function" && part(byte)) enter(next, place + 1);
        else continue;
        isAlive = true;
      }
      if (!isAlive) return false;
      [reached, next] = [next, reached.fill(0)];
    }
    return reached[length] === 1;
  };
}

/** What one byte must be, or what stands for any number of them: `*`, a whole `**`, and a whole `**` with its slash. */
type Part = ((byte: string) => boolean) | "name" | "everything" | "directories";

/** The parts of a pattern; `undefined` for one that is malformed, which matches nothing. */
function parse(pattern: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === "*") {
      const end = endOfStars(pattern, at);
      const isWhole = end - at > 1 && (at === 0 || pattern.charAt(at - 1) === "/") &&
        /^(?:$|\\?\/)/.test(pattern.slice(end, end + 2));
      const part = !isWhole ? "name" : pattern.charAt(end) === "/" ? "directories" : "everything";
      if (parts.at(-1) !== part) parts.push(part);
      at = part === "directories" ? end + 1 : end;
    } else if (character === "?") {
      parts.push((byte) => byte !== "/");
      at++;
    } else if (character === "[") {
      const set = parseSet(pattern, at + 1);
      if (set === undefined) return undefined;
      parts.push(set.has);
      at = set.end;
    } else {
      const place = character === "\\" ? at + 1 : at;
      const literal = pattern.charAt(place);
      // After a backslash at the end it is empty, and no byte is.
      parts.push((byte) => byte === literal);
      at = place + 1;
    }
  }
  return parts;
}

function endOfStars(pattern: string, start: number): number {
  let end = start;
  while (pattern.charAt(end) === "*") end++;
  return end;
}

interface ParsedSet {
  readonly has: (byte: string) => boolean;
  /** The place behind the closing bracket. */
  readonly end: number;
}

/** Reads a set behind its opening bracket; `undefined` when it does not end or names a class that is not there. */
function parseSet(pattern: string, start: number): ParsedSet | undefined {
  const isNegated = /[!^]/.test(pattern.charAt(start));
  const first = isNegated ? start + 1 : start;
  let members = "";
  /** The lower end of a range that may follow; empty when there is none. */
  let previous = "";
  let at = first;
  // A closing bracket that comes first is a member.
  for (; at === first || pattern.charAt(at) !== "]"; at++) {
    if (at >= pattern.length) return undefined;
    if (pattern.charAt(at) === "-" && previous !== "" && !["", "]"].includes(pattern.charAt(at + 1))) {
      at += pattern.charAt(at + 1) === "\\" ? 2 : 1;
      if (at >= pattern.length) return undefined;
      members += range(previous, pattern.charAt(at));
      previous = "";
      continue;
    }
    const close = pattern.startsWith("[:", at) ? pattern.indexOf("]", at + 2) : -2;
    if (close === -1) return undefined;
    if (close > at + 2 && pattern.charAt(close - 1) === ":") {
      const characters = CLASSES.get(pattern.slice(at + 2, close - 1));
      if (characters === undefined) return undefined;
      members += characters;
      previous = "";
      at = close;
      continue;
    }
    if (pattern.charAt(at) === "\\" && ++at >= pattern.length) return undefined;
    previous = pattern.charAt(at);
    members += previous;
  }
  return { has: (byte) => byte !== "/" && members.includes(byte) !== isNegated, end: at + 1 };
}

/** All bytes from one to another; none when the other comes first. */
function range(first: string, last: string): string {
  let bytes = "";
  for (let byte = first.charCodeAt(0); byte <= last.charCodeAt(0); byte++) bytes += String.fromCharCode(byte);
  return bytes;
}

const DIGITS = range("0", "9");
const UPPER = range("A", "Z");
const LOWER = range("a", "z");

/** The members of the classes that git knows; `space` has fewer than elsewhere. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["alnum", DIGITS + UPPER + LOWER],
  ["alpha", UPPER + LOWER],
  ["blank", " \t"],
  ["cntrl", `${range("\0", "\x1f")}\x7f`],
  ["digit", DIGITS],
  ["graph", range("!", "~")],
  ["lower", LOWER],
  ["print", range(" ", "~")],
  ["punct", range("!", "/") + range(":", "@") + range("[", "`") + range("{", "~")],
  ["space", " \t\n\r"],
  ["upper", UPPER],
  ["xdigit", `${DIGITS}ABCDEFabcdef`],
]);
