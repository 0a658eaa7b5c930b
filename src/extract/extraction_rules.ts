/** Names that are taken: those that every system can hold and tell apart, or any that this one can. */
export type NamePolicy = "portable" | "any";

/** What becomes of symbolic links in an archive: kept when they stay inside, left out, or refused. */
export type LinkPolicy = "keep" | "skip" | "error";

/** What an artifact may do to a disk. */
export interface ExtractionRules {
  /** How many bytes all archives and files together may have, headers included. */
  readonly maxSize: number;
  /** How many files and directories there may be. */
  readonly maxEntries: number;
  /**
   * How many bytes one byte of a compressed archive may become, and one byte of all archives together when hard links
   * are counted as the files that they become. The first {@linkcode RATIO_GRACE} bytes are free.
   */
  readonly maxRatio: number;
  /** How many bytes of UTF-8 a path may have. */
  readonly maxPathLength: number;
  /** How many parts a path may have. */
  readonly maxDepth: number;
  /** Which names are taken. */
  readonly names: NamePolicy;
  /** What becomes of symbolic links; `keep` for images and `error` for everything else when left out. */
  readonly links?: LinkPolicy;
  /** Whether files that are there already with another content are replaced. */
  readonly overwrite: boolean;
}

/** As long as no more than this came out of an archive, its ratio is not looked at. */
export const RATIO_GRACE: number = 10 * 1024 * 1024;

/** What holds when nobody says otherwise: far beyond any real artifact, and harmless. */
export const DEFAULT_EXTRACTION_RULES: ExtractionRules = {
  maxSize: 10 * 1024 ** 3,
  maxEntries: 100_000,
  maxRatio: 1000,
  maxPathLength: 1024,
  maxDepth: 100,
  names: "any",
  overwrite: false,
};
