import type { Context } from "../work/context.ts";
import { together } from "../work/together.ts";
import type { GraphManifest } from "./graph.ts";
import type { Store } from "./store.ts";
import { untilKept } from "./until_kept.ts";

/**
 * Looks whether what was sent is found as a referrer, and sends it again until it stays: a list of referrers may stand
 * under a tag that others write at the same time. Asks nothing of a store whose lists nobody can replace.
 *
 * @param sent What was sent; what refers to nothing is not looked at.
 * @throws {Error} When something of it is not listed in the end, so that nobody would find it.
 */
export async function keepReferrers(
  store: Pick<Store, "url" | "referrers" | "pushManifest" | "settle">,
  sent: readonly GraphManifest[],
  pool: { readonly context: Context; readonly concurrency: number },
): Promise<void> {
  const { context } = pool;
  const referring = sent.flatMap(({ content, subject }) => subject === undefined ? [] : [{ content, subject }]);
  if (store.settle === undefined || referring.length === 0) return;
  const bySubject = Map.groupBy(referring, ({ subject }) => subject);
  await store.settle(context);
  await untilKept(store, async () => {
    const lost = (await together([...bySubject], pool, async ([subject, referrers], inner) => {
      const listed = new Set((await store.referrers(subject, inner)).map(({ digest }) => digest));
      return referrers.filter(({ content }) => !listed.has(content.descriptor.digest));
    })).flat();
    await together(lost, pool, ({ content }, inner) => store.pushManifest(content, inner));
    const [first] = lost;
    return first &&
      `Cannot tag anything in ${store.url}: ${first.content.descriptor.digest} was sent, ` +
        `and is not found as a referrer of ${first.subject}`;
  }, context);
}
