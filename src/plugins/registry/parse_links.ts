/** A link of a `Link` header: where to, and what is there. */
export interface Link {
  /** The target as it stands there. */
  readonly target: string;
  /** The types of the relation in lower case, such as `next`. */
  readonly relations: readonly string[];
}

const TARGET_REGEXP = /[\s,]*<([^<>]*)>/y;
const PARAMETER_REGEXP = /\s*;\s*(?:([^\s=;,"<>]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"<>]*)))?)?/y;
const END_REGEXP = /[\s,]*$/y;

/**
 * Parses a `Link` header.
 *
 * @throws {SyntaxError} When it is not valid: half of a list would be taken for all of it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8288#section-3 | RFC 8288, section 3}
 */
export function parseLinks(header: string): readonly Link[] {
  const links: Link[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header) ?? undefined;
    if (match !== undefined) at = pattern.lastIndex;
    return match;
  };
  while (take(END_REGEXP) === undefined) {
    const target = take(TARGET_REGEXP)?.[1];
    if (target === undefined) throw new SyntaxError("the Link header is not valid");
    let relations: readonly string[] | undefined;
    for (let parameter = take(PARAMETER_REGEXP); parameter !== undefined; parameter = take(PARAMETER_REGEXP)) {
      const [, name = "", quoted, token = ""] = parameter;
      // Only the first one counts.
      if (name.toLowerCase() === "rel") relations ??= (quoted ?? token).toLowerCase().split(/\s+/);
    }
    links.push({ target, relations: relations ?? [] });
    if (at < header.length && !/[\s,]/.test(header.charAt(at))) throw new SyntaxError("the Link header is not valid");
  }
  return links;
}
