import pMap from "p-map";

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
