import { isRepository } from "../oci/origin.ts";
import type { Call } from "../work/context.ts";
import { nextPage, type Page, readPages } from "./pages.ts";
import { readJson } from "./http/read_answer.ts";
import type { RepositoryLink } from "./link.ts";

const WHAT = "the repositories";
/** How many names are asked for at a time. A registry that allows fewer than that refuses instead of giving fewer. */
const PAGE_SIZE = 100;

/** Lists the repositories of a registry, page by page. What is no name of one is left out. */
export async function* listRepositories(link: RepositoryLink, call: Call): AsyncGenerator<string, void, void> {
  yield* readPages(
    WHAT,
    `/v2/_catalog?n=${PAGE_SIZE}`,
    (target) => link.retry(() => readPage(link, target, call), call),
  );
}

async function readPage(link: RepositoryLink, target: string | URL, call: Call): Promise<Page<string>> {
  const answer = await link.send({
    action: `list ${WHAT}`,
    method: "GET",
    target,
    headers: { accept: "application/json" },
    expect: [200],
  }, call);
  const { value: { repositories }, size } = await readJson(answer, `list ${WHAT}`);
  const texts: readonly unknown[] = Array.isArray(repositories) ? repositories : [];
  return {
    items: texts.filter((name) => typeof name === "string").filter(isRepository),
    next: await nextPage(WHAT, link, answer, call),
    size,
  };
}
