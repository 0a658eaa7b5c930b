import type { Factory, StageIO } from "../../pipeline/plugin.ts";

/** What is left out, and why. */
export interface EmptiedMeans {
  /** Relative to the source. Each directory above one of them goes when nothing is left in it. */
  readonly paths: readonly string[];
  /** Why, for people. */
  readonly reason: string;
}

/** Leaves out directories that are there only because something else in them, which is left out, had to be made. */
export function emptied({ paths, reason }: EmptiedMeans): Factory<"filter", Readonly<Record<never, never>>> {
  const above = new Set(paths.flatMap(directoriesAbove));
  return (kit) =>
    kit.plugin({
      name: "emptied",
      version: "1.0.0",
      apiVersion: 1,
      stage: "filter",
      description: "Leaves out directories in which nothing is left but what this run writes.",
      options: kit.z.strictObject({}),
      run({ entries }): StageIO["filter"]["out"] {
        const filled = new Set(
          entries.filter(({ kind, path }) => kind === "file" || !above.has(path)).flatMap(({ path }) =>
            directoriesAbove(path)
          ),
        );
        const empty = entries.filter(({ kind, path }) => kind === "directory" && above.has(path) && !filled.has(path));
        return { drop: empty.map(({ path }) => ({ path, reason })) };
      },
    });
}

function directoriesAbove(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
