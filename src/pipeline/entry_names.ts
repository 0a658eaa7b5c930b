/**
 * Names that consumers of an artifact can take.
 *
 * The rules are those of Flux's and Timoni's unpacking, which refuses a whole artifact for one bad name, and of what a
 * tar and a terminal can hold without doubt. A name that passes is kept byte for byte.
 */
import type { Log } from "../work/context.ts";
import { type Entry, isPlainPath, treeProblem } from "./entry.ts";
import { SourceError } from "./source_error.ts";

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]/;
const DOTS_REGEXP = /(?:^|\/)[. ]+(?:\/|$)/;
// deno-lint-ignore no-control-regex -- the whole of ASCII
const ASCII_REGEXP = /^[\u0000-\u007f]*$/;
/** How many pairs of names that are nearly the same get a line of their own. */
const SHOWN_PAIRS = 10;

/**
 * Refuses names that consumers refuse, and warns of names that not every file system can keep apart.
 *
 * @throws {SourceError} For the first name that cannot be packaged, with the reason.
 */
export function checkEntryNames(entries: readonly Entry[], log: Log): void {
  for (const entry of entries) {
    const problem = nameProblem(entry);
    if (problem === undefined) continue;
    throw new SourceError(`Cannot publish ${JSON.stringify(entry.path)}: ${problem}`);
  }
  const wrong = treeProblem(entries);
  if (wrong !== undefined) {
    throw new SourceError(`Cannot publish ${JSON.stringify(entries[wrong.at]?.path)}: it ${wrong.problem}`);
  }
  const pairs = nearlySameNames(entries);
  for (const [a, b] of pairs.slice(0, SHOWN_PAIRS)) {
    const difference = a.normalize("NFC") === b.normalize("NFC") ? "Unicode normal form" : "letter case";
    log.warn(
      `${JSON.stringify(a)} and ${JSON.stringify(b)} differ only by ${difference}: some file systems keep one of them`,
    );
  }
  const more = pairs.length - SHOWN_PAIRS;
  if (more > 0) log.warn(`${more} more pairs of names differ only by letter case or Unicode normal form`);
}

function nameProblem({ path, kind }: Entry): string | undefined {
  if (!isPlainPath(path)) return "it is not a plain relative path";
  if (path.includes("\\")) return "a name with a backslash is refused by Flux and Timoni";
  if (CONTROL_REGEXP.test(path)) return "a name with a control character is not portable";
  // Windows takes such a part for the directory itself or the one above it, so nobody should extract it.
  if (DOTS_REGEXP.test(path)) {
    return "a name of nothing but dots and spaces is not portable";
  }
  if (!path.isWellFormed()) return "its name is not valid Unicode";
  // Flux and Timoni look for "../" anywhere in a path, so the name of no directory may end in two dots.
  if (path.includes("../") || kind === "directory" && path.endsWith("..")) {
    return 'a directory whose name ends in ".." is refused by Flux and Timoni';
  }
  return undefined;
}

/** Pairs of paths that become one where letter case or Unicode normal form does not count, parents first. */
function nearlySameNames(entries: readonly Entry[]): readonly (readonly [string, string])[] {
  const seen = new Map<string, string>();
  const pairs = new Map<string, readonly [string, string]>();
  for (const { path } of entries) {
    const folded = foldName(path);
    const earlier = seen.get(folded);
    seen.set(folded, path);
    if (earlier === undefined || earlier === path) continue;
    const pair = upToFirstDifference(earlier, path);
    pairs.set(pair.join("\0"), pair);
  }
  return [...pairs.values()];
}

function foldName(path: string): string {
  if (ASCII_REGEXP.test(path)) return path.toLowerCase();
  // Upper case first: it makes one of letters such as the two small sigmas, which lower case alone keeps apart.
  return path.normalize("NFD").toUpperCase().toLowerCase().normalize("NFD");
}

/** Two directories that differ only by case make pairs of everything below them; the directories say it all. */
function upToFirstDifference(a: string, b: string): readonly [string, string] {
  const left = a.split("/");
  const right = b.split("/");
  const parts = left.findIndex((part, at) => part !== right[at]) + 1;
  return [left.slice(0, parts).join("/"), right.slice(0, parts).join("/")];
}
