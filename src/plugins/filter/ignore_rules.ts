import ignoreByPatterns from "ignore";

/** Patterns in `.gitignore` syntax that are from one place. */
export interface PatternGroup {
  /** Where they are from, for people: `flux defaults`, `timoni.ignore`, `--ignore`. */
  readonly from: string;
  /** One line of a `.gitignore` each. */
  readonly patterns: readonly string[];
  /** The number of each pattern's line, when they are from a file. */
  readonly lines?: readonly number[];
}

/** Patterns, ready to be asked. Paths are relative to the source and have no `/` at the end. */
export interface IgnoreRules {
  /**
   * Tells why a path is left out: by which pattern, be it for the path itself or for a directory that it is in.
   *
   * @returns Such as `*.jpg (flux defaults)` or `/build (timoni.ignore:3)`; `undefined` when the path stays.
   */
  ignores(path: string, kind: "file" | "directory"): string | undefined;
  /** Tells that a directory is left out. As in git, nothing below it can come back, so nobody needs to look there. */
  prunes(path: string): boolean;
}

/**
 * Makes rules of patterns. The last pattern that matches a path counts, whatever group it is in.
 *
 * @see {@link https://git-scm.com/docs/gitignore | gitignore}
 */
export function ignoreRules(groups: readonly PatternGroup[]): IgnoreRules {
  const matcher = ignoreByPatterns({ ignorecase: false });
  for (const group of groups) {
    matcher.add(group.patterns.map((pattern, at) => ({ pattern, mark: originOf(group, at) })));
  }

  function ignores(path: string, kind: "file" | "directory"): string | undefined {
    const { rule } = matcher.test(kind === "directory" ? `${path}/` : path);
    return rule && `${rule.pattern} (${rule.mark})`;
  }

  return { ignores, prunes: (path) => ignores(path, "directory") !== undefined };
}

/** Where the pattern at a place of a group is from, with the line when it has one. */
export function originOf({ from, lines }: PatternGroup, at: number): string {
  const line = lines?.[at];
  return line === undefined ? from : `${from}:${line}`;
}
