import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { isThere } from "./is_there.ts";

/**
 * Finds the root of the git repository around a directory: the nearest directory that holds a `.git`, which is a file
 * in a worktree and in a submodule.
 *
 * @returns A path that is absolute when the directory's is.
 */
export async function repositoryRoot(start: string): Promise<string | undefined> {
  let directory = resolve(start);
  while (!await isThere(join(directory, ".git"))) {
    const parent = dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
  return isAbsolute(start) ? directory : relative(".", directory);
}
