import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Entry } from "./entry.ts";
import { SourceError } from "./source_error.ts";

/**
 * Sorts as a walk does: the names of each directory bytewise, a directory before its content. The order of a listing,
 * of a tar or of several collectors then no longer matters.
 *
 * @throws {SourceError} When two entries have the same path.
 */
export function inWalkOrder(entries: readonly Entry[]): readonly Entry[] {
  const sorted = entries
    // U+0000 sorts before everything that can stand in a name, so whole paths compare part by part.
    .map((entry) => ({ key: entry.path.replaceAll("/", "\0"), entry }))
    .sort((a, b) => compareBytewise(a.key, b.key))
    .map(({ entry }) => entry);
  sorted.forEach((entry, at) => {
    if (entry.path !== sorted[at - 1]?.path) return;
    throw new SourceError(`Cannot collect ${JSON.stringify(entry.path)}: it was found twice`);
  });
  return sorted;
}
