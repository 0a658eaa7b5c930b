import { SourceError } from "../../pipeline/source_error.ts";
import { byteString } from "./byte_string.ts";
import { gitRules } from "./git_rules.ts";
import { goMatch, isGoPattern } from "./go_match.ts";
import {
  directoriesAbove,
  type IgnoreRules,
  type PatternGroup,
  type PatternLine,
  patternLines,
} from "./ignore_rules.ts";

/**
 * Reads the patterns of a `.helmignore`, and Helm's own, as Helm does, and all others as git does. What either leaves
 * out is left out. What differs from git:
 *
 * - The first pattern that decides counts, and nothing comes back: `!a` leaves out everything that `a` does not match.
 * - A pattern with a slash is matched with the whole path, one without it with the last part, and a directory goes with
 *   everything in it.
 * - `**` and malformed patterns are errors, and spaces around a pattern are no part of it.
 *
 * @throws {SourceError} When Helm cannot read a pattern; names its line.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/ignore/rules.go | Helm 4.3.1, pkg/ignore/rules.go}
 */
export function helmRules(groups: readonly PatternGroup[]): IgnoreRules {
  const patterns = patternLines(groups.filter(({ isOwn }) => isOwn)).flatMap((line) => parse(line) ?? []);
  const others = gitRules(groups.filter(({ isOwn }) => !isOwn));
  const directories = new Map<string, string | undefined>();

  function ignores(path: string, kind: "file" | "directory"): string | undefined {
    for (const directory of directoriesAbove(path)) {
      const reason = reasonFor(directory);
      if (reason !== undefined) return reason;
    }
    const own = kind === "directory" ? reasonFor(path) : decide(path, kind);
    return own ?? others.ignores(path, kind);
  }

  function reasonFor(directory: string): string | undefined {
    if (!directories.has(directory)) directories.set(directory, decide(directory, "directory"));
    return directories.get(directory);
  }

  function decide(path: string, kind: "file" | "directory"): string | undefined {
    const whole = byteString(path);
    const base = whole.slice(whole.lastIndexOf("/") + 1);
    return patterns.find(({ glob, isName, isNegated, isDirectoryOnly }) => {
      const fits = (kind === "directory" || !isDirectoryOnly) && goMatch(glob, isName ? base : whole);
      return fits !== isNegated;
    })?.reason;
  }

  return { ignores, prunes: (path) => ignores(path, "directory") !== undefined };
}

interface Pattern {
  readonly reason: string;
  readonly glob: string;
  /** Whether it leaves out what it does not match. */
  readonly isNegated: boolean;
  readonly isDirectoryOnly: boolean;
  /** Whether it is about the last part of a path, and not about all of it. */
  readonly isName: boolean;
}

/** What Go takes for space at the ends of a line. */
const SPACE = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const OUTER_SPACE_REGEXP = new RegExp(`^${SPACE}|${SPACE}$`, "g");

function parse({ text, from, isFirst }: PatternLine): Pattern | undefined {
  const line = (isFirst ? text.replace(/^\ufeff/, "") : text).replaceAll(OUTER_SPACE_REGEXP, "");
  if (line === "" || line.startsWith("#")) return undefined;
  if (line.includes("**")) throw unreadable(line, from, 'it does not know "**"');
  if (!isGoPattern(byteString(line))) throw unreadable(line, from, "the pattern is malformed");
  const [, negation = "", body = ""] = /^(!?)(.*)$/s.exec(line) ?? [];
  const isDirectoryOnly = body.endsWith("/");
  const bare = isDirectoryOnly ? body.slice(0, -1) : body;
  return {
    reason: `${line} (${from})`,
    glob: byteString(bare.replace(/^\//, "")),
    isNegated: negation !== "",
    isDirectoryOnly,
    isName: !bare.includes("/"),
  };
}

function unreadable(line: string, from: string, why: string): SourceError {
  return new SourceError(`Cannot read the pattern ${JSON.stringify(line)} (${from}) as Helm does: ${why}`);
}
