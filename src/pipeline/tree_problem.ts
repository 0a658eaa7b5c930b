import type { Entry } from "./entry.ts";

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
