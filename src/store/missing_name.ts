import { isDigest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import { NotFoundError, type StoreReader } from "./store.ts";

/** How many tags are looked at: enough to find the newest ones, without reading for minutes because of a typo. */
const READ = 1000;

/**
 * Says that a store has no manifest of some name, and which tags it has.
 *
 * @param name A tag or a digest.
 * @returns The error. Where the tags cannot be had, it does not name any.
 */
export async function missingName(store: StoreReader, name: string, context: Context): Promise<NotFoundError> {
  return new NotFoundError(store.url, name, isDigest(name) ? undefined : await tagsOf(store, context));
}

async function tagsOf(store: StoreReader, context: Context): Promise<readonly string[] | undefined> {
  const tags: string[] = [];
  try {
    for await (const tag of store.tags(context)) {
      if (tags.push(tag) === READ) break;
    }
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
  const { chosenTags } = await import("./chosen_tags.ts");
  return chosenTags(tags, { all: false, regexp: /(?:)/u });
}
