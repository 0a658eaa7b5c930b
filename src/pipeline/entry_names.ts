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

/**
 * Pairs of paths that become one where letter case or Unicode normal form does not count. What is below two such
 * directories is not compared: the directories say it all.
 *
 * @param entries In the order of a walk, so that only the names in the directories on the way are kept.
 */
function nearlySameNames(entries: readonly Entry[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  let directory: Directory = { prefix: "", paths: new Map() };
  for (const { path } of entries) {
    while (directory.above !== undefined && !path.startsWith(directory.prefix)) directory = directory.above;
    // A directory that has no entry is known by what is in it.
    for (let end = directory.prefix.length - 1; end < path.length;) {
      const start = end + 1;
      const slash = path.indexOf("/", start);
      end = slash < 0 ? path.length : slash;
      const named = path.slice(0, end);
      const folded = foldName(path.slice(start, end));
      const earlier = directory.paths.get(folded);
      if (earlier !== undefined && earlier !== named) pairs.push([earlier, named]);
      directory.paths.set(folded, named);
      if (slash >= 0) directory = { prefix: `${named}/`, paths: new Map(), above: directory };
    }
  }
  return pairs;
}

/** A directory on the way to an entry. */
interface Directory {
  /** Its path with a slash, or nothing for the root. */
  readonly prefix: string;
  /** The paths of what was seen in it so far, by their folded names. */
  readonly paths: Map<string, string>;
  readonly above?: Directory;
}

function foldName(path: string): string {
  if (ASCII_REGEXP.test(path)) return path.toLowerCase();
  // Upper case first: it makes one of letters such as the two small sigmas, which lower case alone keeps apart.
  return path.normalize("NFD").toUpperCase().toLowerCase().normalize("NFD");
}
