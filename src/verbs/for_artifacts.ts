import { together } from "../work/together.ts";
import type { Session } from "./session.ts";

/**
 * Does work for many artifacts side by side. What one of them does at a time is its share, so that all of them together
 * stay below the limit of the session. The first error cancels the rest.
 *
 * @returns The results, in the order of the artifacts.
 */
export async function forArtifacts<Item, Result>(
  items: readonly Item[],
  session: Session,
  work: (item: Item, session: Session) => Promise<Result>,
): Promise<readonly Result[]> {
  const atATime = Math.min(session.concurrency, items.length);
  const share = Math.max(1, Math.floor(session.concurrency / atATime));
  return await together(items, session, (item, context) => work(item, { ...session, context, concurrency: share }));
}
