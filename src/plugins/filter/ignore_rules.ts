/** Patterns in `.gitignore` syntax that are from one place. */
export interface PatternGroup {
  /** Where they are from, for people: `flux defaults`, `timoni.ignore`, `--ignore`. */
  readonly from: string;
  /** One line of a `.gitignore` each, as it was written. */
  readonly patterns: readonly string[];
  /** The number of each pattern's line, when they are from a file. */
  readonly lines?: readonly number[];
  /**
   * Whether a directory that these patterns leave out comes back only by a pattern for the directory itself, also where
   * the reader of the patterns lets files below it come back.
   */
  readonly isSealed?: boolean;
  /** Whether they are an ecosystem's own, of its ignore file or always, where those are read in a way of their own. */
  readonly isOwn?: boolean;
}

/** Patterns, ready to be asked. Paths are relative to the source and have no `/` at the end. */
export interface IgnoreRules {
  /**
   * Tells why a path is left out: by which pattern, be it for the path itself or for a directory that it is in.
   *
   * @returns Such as `*.jpg (flux defaults)` or `/build (timoni.ignore:3)`; `undefined` when the path stays.
   */
  ignores(path: string, kind: "file" | "directory"): string | undefined;
  /** Tells that a directory is left out and nothing below it can come back, so nobody needs to look there. */
  prunes(path: string): boolean;
}

/** A line of a group, and how a message names it. */
export interface PatternLine {
  readonly text: string;
  /** Where it is from, with the number of the line when it has one. */
  readonly from: string;
  /** Whether it is the first line of a file, which may begin with a byte order mark. */
  readonly isFirst: boolean;
  readonly isSealed: boolean;
}

/** All lines of all groups, in their order. */
export function patternLines(groups: readonly PatternGroup[]): readonly PatternLine[] {
  return groups.flatMap(({ from, patterns, lines, isSealed = false }) =>
    patterns.map((text, at) => {
      const line = lines?.[at];
      return { text, from: line === undefined ? from : `${from}:${line}`, isFirst: line === 1, isSealed };
    })
  );
}

/** The directories that a path is in, from the top. */
export function directoriesAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) above.push(path.slice(0, at));
  return above;
}
