import type { Digest } from "../../oci/digest.ts";
import { inParallel } from "../../work/together.ts";
import type { Store } from "../../store/store.ts";
import { counted } from "../output/format_bytes.ts";
import type { ReadingSession } from "../places/session.ts";

/** What the deletion of a manifest does besides. */
export interface DeleteEffects {
  /** The tags that go with it; absent when nobody can say. */
  readonly tags?: readonly string[];
  /** What refers to it, and stays; absent when nobody can say. */
  readonly referrers?: readonly Digest[];
}

/** How many tags are asked for what they point to: a deletion should not take minutes. */
const TAG_LIMIT = 1000;

/** Finds out what else the deletion of a manifest does. What cannot be found out does not stop it. */
export async function deleteEffects(
  store: Store,
  digest: Digest,
  { context, concurrency }: ReadingSession,
): Promise<DeleteEffects> {
  const tags = await orNothing(async () => {
    const all = await Array.fromAsync(store.tags(context));
    if (all.length > TAG_LIMIT) return undefined;
    const found = await inParallel(all, concurrency, async (tag) => {
      return (await store.resolve(tag, context))?.digest === digest ? [tag] : [];
    });
    return found.flat().sort();
  });
  const referrers = await orNothing(async () => (await store.referrers(digest, context)).map(({ digest }) => digest));
  return { ...(tags === undefined ? {} : { tags }), ...(referrers === undefined ? {} : { referrers }) };

  async function orNothing<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await find();
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.debug(`Cannot say what else is deleted: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

/** Names the tags that go: `and its tags 1.0.0, latest`. */
export function tagsThatGo({ tags }: DeleteEffects): string {
  if (tags === undefined) return "and all of its tags";
  if (tags.length === 0) return "which has no tags";
  return `and ${tags.length === 1 ? "its tag" : "its tags"} ${tags.join(", ")}`;
}

/** Says what refers to it, as a sentence with a space before it; empty when nothing does. */
export function referrersThatStay({ referrers = [] }: DeleteEffects): string {
  if (referrers.length === 0) return "";
  return ` ${counted(referrers.length, "referrer")} of it ${referrers.length === 1 ? "stays" : "stay"}.`;
}
