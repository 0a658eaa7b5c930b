import { byteString } from "./byte_string.ts";
import { type IgnoreRules, type PatternGroup, type PatternLine, patternLines } from "./ignore_rules.ts";
import { wildmatch } from "./wildmatch.ts";

/**
 * Reads patterns as git does. The last pattern that matches a path counts, whatever group it is in, and nothing below a
 * directory that is left out comes back.
 *
 * @see {@link https://git-scm.com/docs/gitignore | gitignore}
 * @see {@link https://github.com/git/git/blob/v2.51.0/dir.c | dir.c of git 2.51: add_patterns_from_buffer, match_pathname}
 */
export function gitRules(groups: readonly PatternGroup[]): IgnoreRules {
  // The last one first, because that is the one that counts.
  const patterns = patternLines(groups).flatMap((line) => parse(line) ?? []).toReversed();
  const directories = new Map<string, string | undefined>([["", undefined]]);

  function ignores(path: string, kind: "file" | "directory"): string | undefined {
    if (kind === "directory") return reasonFor(path);
    return reasonFor(directoryOf(path)) ?? decide(path, kind);
  }

  /** Why a directory is left out, be it for itself or for one that it is in. */
  function reasonFor(directory: string): string | undefined {
    if (directories.has(directory)) return directories.get(directory);
    const reason = reasonFor(directoryOf(directory)) ?? decide(directory, "directory");
    directories.set(directory, reason);
    return reason;
  }

  function decide(path: string, kind: "file" | "directory"): string | undefined {
    const whole = byteString(path);
    const base = whole.slice(whole.lastIndexOf("/") + 1);
    const found = patterns.find(({ isDirectoryOnly, isName, matches }) => {
      return (kind === "directory" || !isDirectoryOnly) && matches(isName ? base : whole);
    });
    return found === undefined || found.isNegated ? undefined : found.reason;
  }

  return { ignores, prunes: (path) => ignores(path, "directory") !== undefined };
}

/** The directory that a path is in; empty at the top. */
function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

interface Pattern {
  readonly reason: string;
  readonly isNegated: boolean;
  readonly isDirectoryOnly: boolean;
  /** Whether it is about the last part of a path, and not about all of it. */
  readonly isName: boolean;
  readonly matches: (text: string) => boolean;
}

function parse({ text, from, isFirst }: PatternLine): Pattern | undefined {
  const line = isFirst ? text.replace(/^\ufeff/, "") : text;
  if (line.startsWith("#")) return undefined;
  // For a program in C the line is over there.
  const shown = trimSpaces(line.split("\0", 1).join(""));
  const isNegated = shown.startsWith("!");
  const isDirectoryOnly = /^!?.*\/$/s.test(shown);
  const glob = byteString(shown.slice(isNegated ? 1 : 0, isDirectoryOnly ? -1 : undefined));
  const isName = !glob.includes("/");
  if (glob === "") return undefined;
  const matches = isName ? nameMatcher(glob) : globMatcher(glob.replace(/^\//, ""));
  return { reason: `${shown} (${from})`, isNegated, isDirectoryOnly, isName, matches };
}

/** Removes spaces at the end; one with a backslash before it is part of the name. */
function trimSpaces(line: string): string {
  const kept = line.replace(/ +$/, "");
  const backslashes = /\\*$/.exec(kept)?.[0].length ?? 0;
  return kept !== line && backslashes % 2 === 1 ? `${kept} ` : kept;
}

/** Most patterns are `*.ending`, which need no matcher. */
function nameMatcher(glob: string): (text: string) => boolean {
  const ending = glob.slice(1);
  if (!glob.startsWith("*") || WILDCARD_REGEXP.test(ending)) return globMatcher(glob);
  return (text) => text.endsWith(ending);
}

const WILDCARD_REGEXP = /[*?[\\]/;

/**
 * Compares what stands before the first wildcard as text, which is what git does and more than a short cut: the rest is
 * a pattern of its own, so the asterisks of `secret**` + `/key` are at its beginning and cross slashes.
 */
function globMatcher(glob: string): (text: string) => boolean {
  const wild = glob.search(WILDCARD_REGEXP);
  if (wild < 0) return (text) => text === glob;
  const literal = glob.slice(0, wild);
  const matches = wildmatch(glob.slice(wild));
  return (text) => text.startsWith(literal) && matches(text.slice(literal.length));
}
