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
  const sorted = entries
    // U+0000 sorts before everything that can stand in a name, so whole paths compare part by part.
    .map((entry) => ({ key: entry.path.replaceAll("/", "\0"), entry }))
    .sort((a, b) => compareBytewise(a.key, b.key))
    .map(({ entry }) => entry);
  sorted.forEach((entry, at) => {
    if (entry.path !== sorted[at - 1]?.path) return;
    throw new SourceError(`Cannot collect ${JSON.stringify(entry.path)}: it was found twice`);
  });
  return sorted;
}

/** What is wrong with a list of entries, and which of them it is about. */
export interface TreeProblem {
  /** The place in the list. */
  readonly at: number;
  /** Goes on after the path. */
  readonly problem: string;
}

/** Says why entries are no tree: a path that leaves it, one that is there twice, or a file that others are below. */
export function treeProblem(entries: readonly Entry[]): TreeProblem | undefined {
  const kinds = new Map<string, Entry["kind"]>();
  for (const [at, { path, kind }] of entries.entries()) {
    if (!isPlainPath(path)) return { at, problem: "is not a plain relative path" };
    if (kinds.has(path)) return { at, problem: "is there twice" };
    kinds.set(path, kind);
  }
  for (const [at, { path }] of entries.entries()) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const parent = path.slice(0, end);
      if (kinds.get(parent) === "file") return { at, problem: `is below ${JSON.stringify(parent)}, which is a file` };
    }
  }
  return undefined;
}

/** Whether a path stays in the tree: no part of it is empty, `.` or `..`. */
export function isPlainPath(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
