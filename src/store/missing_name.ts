import { isDigest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import { NotFoundError, type StoreReader } from "./store.ts";

/** How many tags are looked at: enough to find the newest ones, without reading for minutes because of a typo. */
const READ = 1000;

/**
 * Says that a store has no manifest of some name, and which tags it has; or that there is no such store.
 *
 * @param name A tag or a digest.
 * @returns The error. Where the tags cannot be had, it does not name any.
 */
export async function missingName(store: StoreReader, name: string, context: Context): Promise<NotFoundError> {
  if (isDigest(name)) return new NotFoundError(store.url, name);
  try {
    return new NotFoundError(store.url, name, await tagsOf(store, context));
  } catch (cause) {
    context.signal.throwIfAborted();
    return new NotFoundError(store.url, isPlaceUnknown(cause) ? undefined : name);
  }
}

async function tagsOf(store: StoreReader, context: Context): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of store.tags(context)) {
    if (tags.push(tag) === READ) break;
  }
  const { chosenTags } = await import("./chosen_tags.ts");
  return chosenTags(tags, { all: false, regexp: /(?:)/u });
}

/** Errors of registries have the property; what a registry is, is not known here. */
function isPlaceUnknown(cause: unknown): boolean {
  if (cause instanceof NotFoundError) return cause.isPlace;
  return cause instanceof Error && "isPlaceUnknown" in cause && cause.isPlaceUnknown === true;
}
