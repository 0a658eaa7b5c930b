import type { Call } from "./call.ts";
import type { RepositoryLink } from "./repository_link.ts";
import { readJson } from "./read_answer.ts";
import { parseServerUrl } from "./server_url.ts";

/** How many pages of tags are read: at 100 tags a page, far more than any registry holds. */
const PAGE_LIMIT = 10_000;

/** Lists the tags of a repository, page by page. */
export async function* listTags(link: RepositoryLink, call: Call): AsyncGenerator<string> {
  let target: string | URL = `/v2/${link.name}/tags/list?n=1000`;
  const seen = new Set<string>();
  for (let page = 0; page < PAGE_LIMIT; page++) {
    const { tags, next }: Page = await link.retry(() => readPage(link, target, call), call);
    yield* tags;
    if (next === undefined) return;
    if (seen.has(next.href)) {
      throw new RangeError(`Cannot list the tags of ${link.name}: the pages go round in circles`);
    }
    seen.add(next.href);
    target = next;
  }
  throw new RangeError(`Cannot list the tags of ${link.name}: there are more than ${PAGE_LIMIT} pages`);
}

interface Page {
  readonly tags: readonly string[];
  readonly next: URL | undefined;
}

async function readPage(link: RepositoryLink, target: string | URL, call: Call): Promise<Page> {
  const { response, url } = await link.send({
    action: `list the tags of ${link.name}`,
    method: "GET",
    target,
    headers: { accept: "application/json" },
    expect: [200],
  }, call);
  const body = await readJson(response, `list the tags of ${link.name}`);
  // A repository without tags has `null` at some registries.
  const tags: readonly unknown[] = Array.isArray(body?.tags) ? body.tags : [];
  return { tags: tags.filter((tag) => typeof tag === "string"), next: await nextPage(link, response, url, call) };
}

/** The next page: from the registry itself, or it is not taken. */
async function nextPage(link: RepositoryLink, response: Response, base: URL, call: Call): Promise<URL | undefined> {
  const text = /<([^<>]*)>\s*;[^,]*\brel="?next"?/i.exec(response.headers.get("link") ?? "")?.[1];
  if (text === undefined) return undefined;
  const endpoint = await link.endpoint(call);
  const next = parseServerUrl(text, { what: "link to the next page", base, endpoint });
  if (next.origin === endpoint.origin) return next;
  throw new TypeError(`Cannot list the tags of ${link.name}: the next page is at another host, ${next.host}`);
}
