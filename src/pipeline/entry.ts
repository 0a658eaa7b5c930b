import { compareBytewise } from "../oci/compare_bytewise.ts";
import { SourceError } from "./source_error.ts";

/**
 * One file or directory of the tree that is packaged.
 *
 * Only what ends up in the artifact is here: no owner, no time, no mode but the executable bit.
 */
export interface Entry {
  /** Relative to the source, `/` between the parts, no `.` or `..`, never empty. Directories have no trailing `/`. */
  readonly path: string;
  /** A symbolic link is packed as what it points to, so there are only these two. */
  readonly kind: "file" | "directory";
  /** Whether the file can be executed. `false` for directories. */
  readonly executable: boolean;
  /** Size in bytes; 0 for directories. */
  readonly size: number;
  /**
   * Reads the file from its start; the stream errors when the file is no longer what it was when it was collected.
   * A directory gives an empty stream.
   */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Sorts as a walk does: the names of each directory bytewise, a directory before its content. The order of a listing,
 * of a tar or of several collectors then no longer matters.
 *
 * @throws {SourceError} When two entries have the same path.
 */
export function inWalkOrder(entries: readonly Entry[]): readonly Entry[] {
  const isSorted = entries.every(({ path }, at) => {
    const before = entries[at - 1];
    return before === undefined || compareInWalk(before.path, path) < 0;
  });
  // What comes from one walk is in order already.
  if (isSorted) return entries;
  const sorted = entries.toSorted((a, b) => compareInWalk(a.path, b.path));
  sorted.forEach((entry, at) => {
    if (entry.path !== sorted[at - 1]?.path) return;
    throw new SourceError(`Cannot collect ${JSON.stringify(entry.path)}: it was found twice`);
  });
  return sorted;
}

/**
 * Compares path by path: a slash sorts before everything that can stand in a name, so parts are compared one by one.
 */
function compareInWalk(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at < length && a.charCodeAt(at) === SLASH) return -1;
  if (at < length && b.charCodeAt(at) === SLASH) return 1;
  return compareBytewise(a, b);
}

const SLASH = 0x2f;

/** What is wrong with a list of entries, and which of them it is about. */
export interface TreeProblem {
  /** The place in the list. */
  readonly at: number;
  /** Goes on after the path. */
  readonly problem: string;
}

/** Says why entries are no tree: a path that leaves it, one that is there twice, or a file that others are below. */
export function treeProblem(entries: readonly Entry[]): TreeProblem | undefined {
  const sorted = sortedTreeProblem(entries);
  if (sorted !== "unsorted") return sorted;
  const kinds = new Map<string, Entry["kind"]>();
  for (const [at, { path, kind }] of entries.entries()) {
    if (!isPlainPath(path)) return { at, problem: "is not a plain relative path" };
    if (kinds.has(path)) return { at, problem: "is there twice" };
    kinds.set(path, kind);
  }
  // What stands side by side is below the same directories.
  let above = "";
  for (const [at, { path }] of entries.entries()) {
    const parentEnd = path.lastIndexOf("/");
    if (parentEnd === above.length && path.startsWith(above)) continue;
    above = path.slice(0, Math.max(parentEnd, 0));
    for (let end = parentEnd; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const parent = path.slice(0, end);
      if (kinds.get(parent) === "file") return { at, problem: `is below ${JSON.stringify(parent)}, which is a file` };
    }
  }
  return undefined;
}

/** The same for entries in the order of a walk, where what is below a file comes right behind it: no map is needed. */
function sortedTreeProblem(entries: readonly Entry[]): TreeProblem | undefined | "unsorted" {
  let before: Entry | undefined;
  for (const [at, entry] of entries.entries()) {
    const { path } = entry;
    if (before !== undefined && compareInWalk(before.path, path) >= 0) return "unsorted";
    if (!isPlainPath(path)) return { at, problem: "is not a plain relative path" };
    if (before?.kind === "file" && path.startsWith(`${before.path}/`)) {
      return { at, problem: `is below ${JSON.stringify(before.path)}, which is a file` };
    }
    before = entry;
  }
  return undefined;
}

/** Whether a path stays in the tree: no part of it is empty, `.` or `..`. */
export function isPlainPath(path: string): boolean {
  return !ODD_PART_REGEXP.test(path);
}

const ODD_PART_REGEXP = /(?:^|\/)\.{0,2}(?:\/|$)/;
