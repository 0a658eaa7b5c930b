import type { Call } from "../work/context.ts";
import { parseServerUrl } from "./http/server_url.ts";
import type { RepositoryLink } from "./link.ts";
import type { Answer } from "./sender.ts";
import { messageOf } from "../work/message_of.ts";

/** How many pages of one list are read: at 100 items a page, far more than any repository holds. */
const PAGE_LIMIT = 10_000;
/** How many pages in a row may hold nothing. */
const EMPTY_PAGE_LIMIT = 100;
/** How many items of one list are read, and how many bytes: what still fits into memory. */
const ITEM_LIMIT = 1_000_000;
const SIZE_LIMIT = 64 * 1024 * 1024;

/** One page of a list, and where the next one is. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: URL | undefined;
  /** How many bytes the page has. */
  readonly size: number;
}

/**
 * Reads a list page by page, to its end.
 *
 * @param what The list, for errors, such as `the tags of acme/app`.
 * @param first Where it begins.
 * @param readPage Reads one page.
 * @throws {RangeError} When it does not end.
 */
export async function* readPages<Item>(
  what: string,
  first: string,
  readPage: (target: string | URL) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, void> {
  const seen = new Set<string>();
  let target: string | URL = first;
  let count = 0;
  let bytes = 0;
  let empty = 0;
  for (let page = 0; page < PAGE_LIMIT; page++) {
    const { items, next, size }: Page<Item> = await readPage(target);
    count += items.length;
    bytes += size;
    empty = items.length === 0 ? empty + 1 : 0;
    if (count > ITEM_LIMIT) throw new RangeError(`Cannot list ${what}: there are more than ${ITEM_LIMIT}`);
    if (bytes > SIZE_LIMIT) throw new RangeError(`Cannot list ${what}: they take more than ${SIZE_LIMIT} bytes`);
    if (empty > EMPTY_PAGE_LIMIT) {
      throw new RangeError(`Cannot list ${what}: more than ${EMPTY_PAGE_LIMIT} pages in a row hold nothing`);
    }
    yield* items;
    if (next === undefined) return;
    if (seen.has(next.href)) throw new RangeError(`Cannot list ${what}: the pages go round in circles`);
    seen.add(next.href);
    target = next;
  }
  throw new RangeError(`Cannot list ${what}: there are more than ${PAGE_LIMIT} pages`);
}

/**
 * The page after this one; `undefined` when this is the last.
 *
 * @throws {TypeError} When it is not at the registry itself.
 * @throws {SyntaxError} When the registry's answer does not say clearly where it is.
 */
export async function nextPage(
  what: string,
  link: RepositoryLink,
  { response, url }: Answer,
  call: Call,
): Promise<URL | undefined> {
  const text = linkToNext(what, response.headers.get("link") ?? "");
  if (text === undefined) return undefined;
  const endpoint = await link.endpoint(call);
  const next = await parseServerUrl(text, { what: "link to the next page", base: url, endpoint });
  if (next.origin === endpoint.origin) return next;
  throw new TypeError(`Cannot list ${what}: the next page is at another host, ${next.host}`);
}

function linkToNext(what: string, header: string): string | undefined {
  try {
    return parseLinks(header).find(({ relations }) => relations.includes("next"))?.target;
  } catch (cause) {
    // A proxy may add links of its own; a broken one that cannot be to the next page is nobody's business here.
    if (!/next/i.test(header)) return undefined;
    throw new SyntaxError(`Cannot list ${what}: ${messageOf(cause)}`, { cause });
  }
}

/** A link of a `Link` header: where to, and what is there. */
export interface PageLink {
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
export function parseLinks(header: string): readonly PageLink[] {
  const links: PageLink[] = [];
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
