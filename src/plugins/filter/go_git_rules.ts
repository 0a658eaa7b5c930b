import { byteString } from "./byte_string.ts";
import { goMatch } from "./go_match.ts";
import {
  directoriesAbove,
  type IgnoreRules,
  type PatternGroup,
  type PatternLine,
  patternLines,
} from "./ignore_rules.ts";

/**
 * Reads patterns as Flux and Timoni do, whose matcher was go-git's. The last pattern that matches a path counts,
 * whatever group it is in. What differs from git:
 *
 * - A pattern that matches a directory matches everything below it as well, so a later pattern brings files back from a
 *   directory that is left out: `*` and `!*.yaml` keep every `.yaml` file at any depth.
 * - After `**` the first part of the path that fits is taken for good.
 * - `**` beside other characters matches nothing in a pattern with a slash, and two slashes are one.
 * - Names are matched by {@linkcode goMatch}.
 *
 * @see {@link https://github.com/fluxcd/pkg/tree/sourceignore/v0.22.0/sourceignore | fluxcd/pkg sourceignore 0.22.0}
 */
export function goGitRules(groups: readonly PatternGroup[]): IgnoreRules {
  // The last one first, because that is the one that counts.
  const patterns = patternLines(groups).flatMap((line) => parse(line) ?? []).toReversed();
  const sealed = new Map<string, Pattern | undefined>();

  function ignores(path: string, kind: "file" | "directory"): string | undefined {
    for (const directory of directoriesAbove(path)) {
      const seal = sealOf(directory);
      if (seal !== undefined) return seal.reason;
    }
    const parts = partsOf(path);
    const found = patterns.find(({ matches }) => matches(parts, kind));
    return found === undefined || found.isNegated ? undefined : found.reason;
  }

  /** The pattern that leaves a directory out in such a way that nothing below it comes back. */
  function sealOf(directory: string): Pattern | undefined {
    if (!sealed.has(directory)) {
      const parts = partsOf(directory);
      const found = patterns.find((pattern) =>
        (pattern.isSealed || pattern.isNegated) && pattern.matches(parts, "directory")
      );
      sealed.set(directory, found?.isNegated ? undefined : found);
    }
    return sealed.get(directory);
  }

  function prunes(path: string): boolean {
    if ([...directoriesAbove(path), path].some((directory) => sealOf(directory) !== undefined)) return true;
    const parts = partsOf(path);
    const at = patterns.findIndex(({ matches }) => matches(parts, "directory"));
    const found = patterns[at];
    if (found === undefined || found.isNegated) return false;
    // It matches all that is below the directory too; only what stands after it can bring something back.
    return !patterns.slice(0, at).some((later) => later.isNegated && later.mayMatchBelow(parts));
  }

  return { ignores, prunes };
}

interface Pattern {
  readonly reason: string;
  readonly isNegated: boolean;
  readonly isSealed: boolean;
  /** @param parts The path, split at its slashes, as byte strings. */
  readonly matches: (parts: readonly string[], kind: "file" | "directory") => boolean;
  /** Whether it may match something below a directory that it does not match. */
  readonly mayMatchBelow: (parts: readonly string[]) => boolean;
}

function partsOf(path: string): readonly string[] {
  return byteString(path).split("/");
}

function parse({ text, from, isSealed }: PatternLine): Pattern | undefined {
  if (text.startsWith("#") || text.trim() === "") return undefined;
  const isNegated = text.startsWith("!");
  const bare = isNegated ? text.slice(1) : text;
  const glob = bare.endsWith("\\ ") ? bare : bare.replace(/ +$/, "");
  const isDirectoryOnly = glob.endsWith("/");
  const steps = partsOf(isDirectoryOnly ? glob.slice(0, -1) : glob);
  const [name = "", ...more] = steps;
  const endOf = more.length === 0
    ? (parts: readonly string[]) => endOfName(name, parts)
    : endOfPath.bind(undefined, steps);
  return {
    reason: `${isNegated ? "!" : ""}${glob} (${from})`,
    isNegated,
    isSealed,
    matches(parts, kind): boolean {
      const end = endOf(parts);
      // Whatever is below what matches is matched as well.
      return end !== undefined && (end < parts.length || kind === "directory" || !isDirectoryOnly);
    },
    mayMatchBelow: (parts) => more.length === 0 || mayLeadBelow(steps, parts),
  };
}

/** A pattern without a slash matches any one part. Says how many parts are used up when it does. */
function endOfName(name: string, parts: readonly string[]): number | undefined {
  const at = parts.findIndex((part) => goMatch(name, part));
  return at < 0 ? undefined : at + 1;
}

/** A pattern with a slash is followed from the root. Says how many parts are used up when it matches. */
function endOfPath(steps: readonly string[], parts: readonly string[]): number | undefined {
  let at = 0;
  let hasMatched = false;
  let isAnywhere = false;
  for (const [index, step] of steps.entries()) {
    if (step === "") isAnywhere = false;
    else if (step === "**") {
      // At the end it changes nothing.
      if (index === steps.length - 1) break;
      isAnywhere = true;
    } else {
      if (step.includes("**") || at >= parts.length) return undefined;
      const found = isAnywhere ? parts.findIndex((part, place) => place >= at && goMatch(step, part)) : at;
      const part = parts[found];
      if (part === undefined || !goMatch(step, part)) return undefined;
      at = found + 1;
      hasMatched = true;
      isAnywhere = false;
    }
  }
  return hasMatched ? at : undefined;
}

/** Whether the steps of a pattern fit the parts of a directory as far as they go, and lead on. */
function mayLeadBelow(steps: readonly string[], parts: readonly string[]): boolean {
  const named = steps.filter((step) => step !== "");
  for (const [at, part] of parts.entries()) {
    const step = named[at];
    if (step === undefined) return false;
    if (step === "**") return true;
    if (!goMatch(step, part)) return false;
  }
  return named.length > parts.length;
}
