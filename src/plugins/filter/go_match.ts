/**
 * Tells whether a path is what a pattern describes, as Go's `filepath.Match` does on Unix: `*` and `?`, which match no
 * slash, `\`, and sets in brackets, which `^` negates and which know ranges and no classes. A malformed pattern matches
 * nothing.
 *
 * An asterisk takes the first place where what follows it fits, and never looks for another, so the time is at most the
 * length of the pattern times that of the name.
 *
 * @param pattern A byte string, like the path.
 * @see {@link https://github.com/golang/go/blob/go1.26.0/src/path/filepath/match.go | path/filepath of Go 1.26}
 */
export function goMatch(pattern: string, name: string): boolean {
  if (!/[*?[\\]/.test(pattern)) return pattern === name;
  let rest = pattern;
  let at = 0;
  while (rest !== "") {
    const chunk = firstChunk(rest);
    rest = rest.slice(chunk.length);
    const fixed = chunk.replace(/^\*+/, "");
    const hasStar = fixed !== chunk;
    if (hasStar && fixed === "") return !name.includes("/", at);
    const isLast = rest === "";
    const fits = (end: number | undefined): end is number => end !== undefined && (!isLast || end === name.length);
    let end = matchChunk(fixed, name, at);
    for (let start = at + 1; hasStar && !fits(end) && start <= name.length && name.charAt(start - 1) !== "/"; start++) {
      end = matchChunk(fixed, name, start);
    }
    if (!fits(end)) return false;
    at = end;
  }
  return at === name.length;
}

/** Tells whether a pattern is one that `filepath.Match` takes. */
export function isGoPattern(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern.charAt(at) === "\\" && ++at === pattern.length) return false;
    if (pattern.charAt(at) !== "[" || pattern.charAt(at - 1) === "\\") continue;
    const set = matchSet(pattern, at + 1, 0);
    if (set === undefined) return false;
    at = set.end - 1;
  }
  return true;
}

/** The asterisks at the beginning, and what follows up to the next one that stands in no set. */
function firstChunk(pattern: string): string {
  let inSet = false;
  let at = /^\*+/.exec(pattern)?.[0].length ?? 0;
  for (; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "\\") at++;
    else if (character === "[") inSet = true;
    else if (character === "]") inSet = false;
    else if (character === "*" && !inSet) break;
  }
  return pattern.slice(0, at);
}

/** Where a chunk without asterisks ends that begins at a place of the name; `undefined` when it is not there. */
function matchChunk(chunk: string, name: string, start: number): number | undefined {
  let end = start;
  for (let at = 0; at < chunk.length;) {
    if (end >= name.length) return undefined;
    const character = chunk.charAt(at);
    if (character === "?") {
      if (name.charAt(end) === "/") return undefined;
      end += runeAt(name, end).length;
      at++;
    } else if (character === "[") {
      const { value, length } = runeAt(name, end);
      const set = matchSet(chunk, at + 1, value);
      if (set === undefined || !set.has) return undefined;
      end += length;
      at = set.end;
    } else {
      if (character === "\\") at++;
      if (chunk.charAt(at) !== name.charAt(end)) return undefined;
      end++;
      at++;
    }
  }
  return end;
}

/** Asks a set, behind its opening bracket, for a rune; `undefined` when the set is malformed. */
function matchSet(chunk: string, start: number, rune: number): { has: boolean; end: number } | undefined {
  const isNegated = chunk.charAt(start) === "^";
  const first = isNegated ? start + 1 : start;
  let has = false;
  let at = first;
  while (at === first || chunk.charAt(at) !== "]") {
    const low = memberAt(chunk, at);
    if (low === undefined) return undefined;
    const high = chunk.charAt(low.end) === "-" ? memberAt(chunk, low.end + 1) : low;
    if (high === undefined) return undefined;
    has ||= low.value <= rune && rune <= high.value;
    at = high.end;
  }
  return { has: has !== isNegated, end: at + 1 };
}

/** One end of a range. Something has to follow it, if only the closing bracket. */
function memberAt(chunk: string, start: number): { value: number; end: number } | undefined {
  if (["", "-", "]"].includes(chunk.charAt(start))) return undefined;
  const at = chunk.charAt(start) === "\\" ? start + 1 : start;
  if (at >= chunk.length) return undefined;
  const { value, length } = runeAt(chunk, at);
  const end = at + length;
  return end < chunk.length ? { value, end } : undefined;
}

/** What Go decodes at a place of a byte string that is valid UTF-8 as a whole; the middle of a rune is U+FFFD. */
function runeAt(bytes: string, at: number): { value: number; length: number } {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return { value: lead, length: 1 };
  if (lead < 0xc0) return { value: 0xfffd, length: 1 };
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let value = lead & (0xff >> (length + 1));
  for (let next = 1; next < length; next++) value = (value << 6) | (bytes.charCodeAt(at + next) & 0x3f);
  return { value, length };
}
