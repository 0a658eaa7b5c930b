import pMap from "p-map";
import type { Context } from "./context.ts";

/**
 * Does work for many items, some of them at a time. The first error cancels all other work, and is thrown when nothing
 * is under way any more; what the cancelled work throws is not heard.
 *
 * @param concurrency How many at a time, at least 1.
 * @param work Gets a context whose signal is aborted by an error of another item.
 * @returns The results, in the order of the items.
 */
export async function together<Item, Result>(
  items: Iterable<Item>,
  { concurrency, context }: { readonly concurrency: number; readonly context: Context },
  work: (item: Item, context: Context) => Promise<Result>,
): Promise<readonly Result[]> {
  const cancel = new AbortController();
  const signal = AbortSignal.any([context.signal, cancel.signal]);
  const results = await inParallel(items, concurrency, async (item): Promise<readonly Result[]> => {
    if (cancel.signal.aborted) return [];
    try {
      signal.throwIfAborted();
      return [await work(item, { ...context, signal })];
    } catch (error) {
      // Only the first reason stays.
      cancel.abort(error);
      return [];
    }
  });
  cancel.signal.throwIfAborted();
  return results.flat();
}

/**
 * Does work for many items, some of them at a time. The first error stops the rest.
 *
 * @param concurrency How many at a time, at least 1.
 * @returns The results, in the order of the items.
 */
export async function inParallel<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  return await pMap(items, (item) => work(item), { concurrency });
}

/** Waits until all work has come to its end, and then throws the first error in the order of the list. */
export async function allDone(work: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
