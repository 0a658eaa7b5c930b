/**
 * Challenges: how a registry asks for credentials.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 | RFC 9110, WWW-Authenticate}
 */

/** One challenge. Scheme and names of parameters are in lower case; a parameter that came twice has its first value. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Parses a `WWW-Authenticate` header, which may hold several challenges: `fetch` joins repeated headers by a comma.
 *
 * What is malformed ends the parsing; the challenges before it are kept, since registries send odd headers.
 *
 * @param header The value of the header.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = header.slice(0, HEADER_LIMIT);
  let at = 0;
  while (at < text.length) {
    at = skip(text, at);
    const name = token(text, at);
    if (name === "") break;
    const after = spaces(text, at + name.length);
    const current = challenges.at(-1);
    if (text[after] === "=" && current !== undefined) {
      const value = parameterValue(text, spaces(text, after + 1));
      if (!current.parameters.has(name.toLowerCase())) current.parameters.set(name.toLowerCase(), value.text);
      at = value.end;
      continue;
    }
    challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    at = token68End(text, after);
  }
  return challenges;
}

/** Far above any real header, and small enough for any parser. */
const HEADER_LIMIT = 16 * 1024;
const TOKEN_REGEXP = /[!#$%&'*+.^_`|~0-9A-Za-z-]*/y;
const TOKEN68_REGEXP = /[0-9A-Za-z._~+/-]+=*(?=[ \t]*(?:,|$))/y;

function token(text: string, at: number): string {
  TOKEN_REGEXP.lastIndex = at;
  return TOKEN_REGEXP.exec(text)?.[0] ?? "";
}

/** Steps over the one value without a name that `Negotiate` and the like carry; a parameter is not one. */
function token68End(text: string, at: number): number {
  if (text[at - 1] !== " " && text[at - 1] !== "\t") return at;
  TOKEN68_REGEXP.lastIndex = at;
  const found = TOKEN68_REGEXP.exec(text)?.[0];
  return found === undefined ? at : at + found.length;
}

function parameterValue(text: string, at: number): { readonly text: string; readonly end: number } {
  if (text[at] !== '"') {
    const end = unquotedEnd(text, at);
    return { text: text.slice(at, end), end };
  }
  let value = "";
  let end = at + 1;
  while (end < text.length && text[end] !== '"') {
    if (text[end] === "\\") end++;
    value += text[end] ?? "";
    end++;
  }
  return { text: value, end: end + 1 };
}

/** A token, or more: some registries leave the quotes off a URL. */
function unquotedEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && !/[\s,]/.test(text.charAt(end))) end++;
  return end;
}

function skip(text: string, at: number): number {
  while (at < text.length && /[\s,]/.test(text.charAt(at))) at++;
  return at;
}

function spaces(text: string, at: number): number {
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}
