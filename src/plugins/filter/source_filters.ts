import type { Factory } from "../../pipeline/plugin.ts";
import { emptied, type EmptiedMeans } from "./emptied.ts";
import { ignore, type IgnoreChoice } from "./ignore.ts";
import { type IgnoreReading, ignoreRules } from "./ignore_reading.ts";
import { only, type OnlyMeans } from "./only.ts";
import { loadPatterns, type PatternSource, type ReadRootFile } from "./pattern_source.ts";

type NoChoice = Readonly<Record<never, never>>;

/** What leaves entries of a source out, and what of it the walk of a directory may know in advance. */
export interface SourceFilters {
  /** Leaves out what patterns match. */
  readonly ignore: Factory<"filter", IgnoreChoice>;
  /** Leaves out what the ecosystem has no use for. */
  readonly only?: Factory<"filter", NoChoice>;
  /** Leaves out directories that are there only for what this run writes. */
  readonly emptied?: Factory<"filter", NoChoice>;
  /** Tells which directories need not be walked, because nothing in them is kept. */
  readonly prune: (path: string) => boolean;
}

/** What the filters of a source are made with. */
export interface SourceFiltersMeans {
  /** Patterns and ignore files; the last pattern that matches counts. */
  readonly sources: readonly PatternSource[];
  readonly reading: IgnoreReading;
  /** Left out when the source takes all files. */
  readonly only?: OnlyMeans | undefined;
  /** Left out when this run writes nothing into the source. */
  readonly emptied?: EmptiedMeans | undefined;
  /** Reads a file at the root of a directory; left out for another source, whose files are among its entries. */
  readonly readRoot?: ReadRootFile | undefined;
}

/**
 * Makes the filters of a source. The ignore files of a directory are read once, so that the walk and the filter cannot
 * disagree; what is no directory is not walked.
 */
export async function sourceFilters(
  { sources, reading, only: wanted, emptied: written, readRoot }: SourceFiltersMeans,
): Promise<SourceFilters> {
  const groups = readRoot && await loadPatterns(sources, readRoot);
  return {
    ignore: ignore({ after: groups ?? sources, reading }),
    ...(wanted && { only: only(wanted) }),
    ...(written && { emptied: emptied(written) }),
    prune: groups === undefined ? (): boolean => false : ignoreRules(groups, reading).prunes,
  };
}
