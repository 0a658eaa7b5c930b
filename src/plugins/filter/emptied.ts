import type { Filter } from "../../pipeline/plugin.ts";
import type { Dropped } from "../../pipeline/values.ts";

/**
 * Leaves out directories that are there only because something else in them, which is left out, had to be made.
 *
 * @param paths What is left out, relative to the source. Each directory above one of them goes when nothing is left in it.
 * @param reason Why, for people.
 */
export function emptied(paths: readonly string[], reason: string): Filter {
  const above = new Set(paths.flatMap(directoriesAbove));
  return {
    name: "emptied",
    filter(entries): Promise<readonly Dropped[]> {
      const filled = new Set(
        entries.filter(({ kind, path }) => kind === "file" || !above.has(path)).flatMap(({ path }) =>
          directoriesAbove(path)
        ),
      );
      return Promise.resolve(
        entries.filter(({ kind, path }) => kind === "directory" && above.has(path) && !filled.has(path))
          .map(({ path }) => ({ path, reason })),
      );
    },
  };
}

function directoriesAbove(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
