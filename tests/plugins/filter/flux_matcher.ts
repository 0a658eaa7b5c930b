/**
 * How Flux and Timoni match ignore patterns, written down for tests: {@linkcode disputedPatterns} has to find every
 * pattern on which this and git disagree.
 *
 * @see {@link https://github.com/fluxcd/pkg/tree/sourceignore/v0.18.0/sourceignore/gitignore | fluxcd/pkg sourceignore 0.18.0}
 */

/** Whether a path is left out; a directory's path ends in `/`. The last pattern that matches counts. */
export function fluxIgnores(patterns: readonly string[], path: string): boolean {
  const isDirectory = path.endsWith("/");
  const parts = path.replace(/\/$/, "").split("/");
  const last = patterns.findLast((pattern) => matches(pattern.replace(/^!/, ""), parts, isDirectory));
  return last !== undefined && !last.startsWith("!");
}

function matches(pattern: string, parts: readonly string[], isDirectory: boolean): boolean {
  const steps = pattern.replace(/\/$/, "").split("/");
  const end = steps.length === 1 ? endOfName(steps[0] ?? "", parts) : endOfPath(steps, parts);
  if (end === undefined) return false;
  // Whatever is below what matches is left out as well.
  return end < parts.length || isDirectory || !pattern.endsWith("/");
}

/** A pattern without a slash matches any one part. */
function endOfName(step: string, parts: readonly string[]): number | undefined {
  const at = parts.findIndex((part) => matchesName(step, part));
  return at < 0 ? undefined : at + 1;
}

/** A pattern with a slash is followed from the root; after `**` the first part that fits is taken for good. */
function endOfPath(steps: readonly string[], parts: readonly string[]): number | undefined {
  let at = 0;
  let matched = false;
  let anywhere = false;
  for (const [index, step] of steps.entries()) {
    if (step === "") anywhere = false;
    else if (step === "**" && index < steps.length - 1) anywhere = true;
    else if (step !== "**") {
      if (step.includes("**")) return undefined;
      const found = anywhere ? parts.findIndex((part, place) => place >= at && matchesName(step, part)) : at;
      if (found < 0 || found >= parts.length || !matchesName(step, parts[found] ?? "")) return undefined;
      at = found + 1;
      matched = true;
      anywhere = false;
    }
  }
  return matched ? at : undefined;
}

/** Go's `filepath.Match`; a malformed pattern matches nothing. */
function matchesName(step: string, name: string): boolean {
  const source = nameRegexp(step);
  return source !== undefined && new RegExp(`^${source}$`, "su").test(name);
}

function nameRegexp(step: string): string | undefined {
  let source = "";
  let rest = step;
  while (rest !== "") {
    const token = /^(?:\*+|\?|\[\^?(?:MEMBER(?:-MEMBER)?)+\]|\\.|[^\\[])/su;
    const found = new RegExp(token.source.replaceAll("MEMBER", String.raw`(?:\\.|[^\\\]-])`), "su").exec(rest)?.[0];
    if (found === undefined) return undefined;
    rest = rest.slice(found.length);
    if (found.startsWith("*")) source += ".*";
    else if (found === "?") source += ".";
    else if (found.startsWith("[")) source += setRegexp(found);
    else source += literal(found.replace(/^\\/, ""));
  }
  return source;
}

function setRegexp(set: string): string {
  const negated = set.startsWith("[^");
  const members = [...set.slice(negated ? 2 : 1, -1).matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gsu)].flatMap(
    ([, from, to]) => {
      const low = literal((from ?? "").replace(/^\\/, ""));
      if (to === undefined) return [low];
      const high = literal(to.replace(/^\\/, ""));
      // A range that runs backwards holds nothing.
      return codePoint(from) <= codePoint(to) ? [`${low}-${high}`] : [];
    },
  );
  if (members.length === 0) return negated ? "." : "[]";
  return `[${negated ? "^" : ""}${members.join("")}]`;
}

function codePoint(member: string | undefined): number {
  return (member ?? "").replace(/^\\/, "").codePointAt(0) ?? 0;
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
