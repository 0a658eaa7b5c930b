import { isTag } from "../oci/tag.ts";
import type { Call } from "../work/context.ts";
import { nextPage, type Page, readPages } from "./pages.ts";
import { readJson } from "./http/read_answer.ts";
import type { RepositoryLink } from "./link.ts";

/** How many tags are asked for at a time. Some registries give fewer. */
const PAGE_SIZE = 1000;

/** Lists the tags of a repository, page by page. What is no tag is left out: it would become a part of URLs. */
export async function* listTags(link: RepositoryLink, call: Call): AsyncGenerator<string, void, void> {
  yield* readPages(
    `the tags of ${link.place}`,
    `/v2/${link.name}/tags/list?n=${PAGE_SIZE}`,
    (target) => link.retry(() => readPage(link, target, call), call),
  );
}

async function readPage(link: RepositoryLink, target: string | URL, call: Call): Promise<Page<string>> {
  const what = `the tags of ${link.place}`;
  const answer = await link.send({
    action: `list ${what}`,
    method: "GET",
    target,
    headers: { accept: "application/json" },
    expect: [200],
  }, call);
  const { value: { tags }, size } = await readJson(answer, `list ${what}`);
  // A repository without tags has `null` at some registries.
  const texts: readonly unknown[] = Array.isArray(tags) ? tags : [];
  return {
    items: texts.filter((tag) => typeof tag === "string").filter(isTag),
    next: await nextPage(what, link, answer, call),
    size,
  };
}
