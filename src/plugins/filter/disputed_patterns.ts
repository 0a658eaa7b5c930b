import { ignoreRules, originOf, type PatternGroup } from "./ignore_rules.ts";

/** A pattern that Flux and Timoni read in another way than git, which gantry follows. */
export interface DisputedPattern {
  readonly pattern: string;
  /** Where it is from, with the line when it has one. */
  readonly from: string;
  /** What the difference is: a sentence without its full stop. */
  readonly why: string;
}

/**
 * Finds the patterns of an ignore file on which the matcher of Flux and Timoni and that of git disagree, in their order.
 *
 * It looks at patterns and not at a tree, so it also names patterns that make no difference for the files at hand, and
 * it cannot know of a `!name` that happens to be a directory.
 *
 * @see {@link https://github.com/fluxcd/pkg/tree/sourceignore/v0.18.0/sourceignore | fluxcd/pkg sourceignore 0.18.0}
 */
export function disputedPatterns(group: PatternGroup): readonly DisputedPattern[] {
  return group.patterns.flatMap((pattern, at) => {
    const why = pattern.startsWith("!")
      ? whyDisputed(pattern.slice(1)) ?? whyReInclusionDisputed(pattern.slice(1), group.patterns.slice(0, at))
      : whyDisputed(pattern);
    return why === undefined ? [] : [{ pattern, from: originOf(group, at), why }];
  });
}

function whyDisputed(pattern: string): string | undefined {
  if (hasOddBracket(pattern)) return "Flux and Timoni know only simple character sets, negated by [^…]";
  if (pattern.includes("\\/")) return "Flux and Timoni match nothing with a backslash before a slash";
  if (pattern.includes("//")) return "git matches nothing with two slashes in a row, Flux and Timoni take them for one";
  const parts = pattern.replace(/\/$/, "").split("/");
  if (parts.length === 1) return undefined;
  if (parts.some((part) => part.includes("**") && part !== "**")) {
    return 'Flux and Timoni match nothing with "**" beside other characters in a path';
  }
  if (parts.at(-1) === "**") {
    const plain = parts.some((part) => part !== "" && part !== "**");
    return plain ? "Flux and Timoni match the directory itself as well" : "Flux and Timoni match nothing with it";
  }
  if (parts.some((part, at) => part === "**" && parts[at + 1] !== "**" && isPlain(parts[at + 2]))) {
    return 'Flux and Timoni try only the first place for what follows "**"';
  }
  return undefined;
}

function isPlain(part: string | undefined): boolean {
  return part !== undefined && part !== "**";
}

function whyReInclusionDisputed(pattern: string, earlier: readonly string[]): string | undefined {
  const excluding = earlier.filter((other) => !other.startsWith("!"));
  if (isAnyDepth(pattern) && excluding.some((other) => other.endsWith("/"))) {
    return "Flux and Timoni also bring back what is below a directory that is left out";
  }
  if (!isAnyDepth(pattern) && isBelowExcluded(pattern, earlier)) {
    return "Flux and Timoni bring back what is below a directory that is left out, git does not";
  }
  if (pattern.endsWith("/") && excluding.some(isAnyDepth)) {
    return "Flux and Timoni bring back everything below the directory, git only the directory";
  }
  return undefined;
}

/** Whether a pattern matches in every directory. */
function isAnyDepth(pattern: string): boolean {
  return /^\/?\*\*\//.test(pattern) || !pattern.slice(0, -1).includes("/");
}

function isBelowExcluded(pattern: string, earlier: readonly string[]): boolean {
  const parts = pattern.replace(/^\//, "").replace(/\/$/, "").split("/");
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
  const literal = wild < 0 ? parts.slice(0, -1) : parts.slice(0, Math.min(wild, parts.length - 1));
  if (literal.length === 0 || literal.includes(".") || literal.includes("..")) return false;
  return ignoreRules([{ from: "", patterns: earlier }]).prunes(literal.join("/"));
}

/** Whether a pattern has a character set that is more than characters and ranges in their order. */
function hasOddBracket(pattern: string): boolean {
  const unescaped = pattern.replace(/\\./g, "_");
  const rest = unescaped.replace(
    /\[\^?((?:\w-\w|[\w.,+ ])+)\]/g,
    (set, items: string) => hasBackwardRange(items) ? set : "",
  );
  return rest.includes("[") && pattern.includes("]");
}

function hasBackwardRange(items: string): boolean {
  return (items.match(/\w-\w/g) ?? []).some((range) => range.charAt(0) > range.charAt(2));
}
