/**
 * Where a text stops being JSON. The runtime's own message says that of some texts only, and quotes them: it is not for
 * files that hold passwords.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8259 | RFC 8259}
 */

/** A place in a text; both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Finds the first place at which a text cannot be JSON any more; its end when something lacks there. */
export function jsonErrorPosition(text: string): TextPosition {
  const before = text.slice(0, errorOffset(text)).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const STRING = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const SCALAR = String.raw`${STRING}|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null`;

/** What may come next, by what has come before. */
const NEXT = {
  value: String.raw`[{[]|${SCALAR}`,
  firstValue: String.raw`[{[\]]|${SCALAR}`,
  key: STRING,
  firstKey: `}|${STRING}`,
  colon: ":",
  moreMembers: "[,}]",
  moreValues: String.raw`[,\]]`,
  end: "$",
} as const;

function errorOffset(text: string): number {
  const open: string[] = [];
  let state: keyof typeof NEXT = "value";
  for (let at = 0;;) {
    at += match(String.raw`[ \t\r\n]*`, text, at).length;
    const token = match(NEXT[state], text, at);
    if (token === "") return at;
    at += token.length;
    state = follow(token, state, open);
  }
}

function follow(token: string, state: keyof typeof NEXT, open: string[]): keyof typeof NEXT {
  if (token === ":") return "value";
  if (token === ",") return open.at(-1) === "{" ? "key" : "value";
  if (token === "{" || token === "[") {
    open.push(token);
    return token === "{" ? "firstKey" : "firstValue";
  }
  if (token === "}" || token === "]") open.pop();
  else if (state === "key" || state === "firstKey") return "colon";
  if (open.length === 0) return "end";
  return open.at(-1) === "{" ? "moreMembers" : "moreValues";
}

function match(pattern: string, text: string, at: number): string {
  const sticky = new RegExp(pattern, "y");
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? "";
}
