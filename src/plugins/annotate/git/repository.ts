import { dirname, join, resolve } from "node:path";
import { readText, statIfThere } from "./read_file.ts";

/** Where a git repository keeps what. */
export interface GitRepository {
  /** The directory that holds `.git`. */
  readonly root: string;
  /** What belongs to this work tree: `HEAD`. */
  readonly gitDirectory: string;
  /** What all work trees share: configuration, refs, objects. Often the same directory. */
  readonly commonDirectory: string;
}

/**
 * Finds the repository that a directory is in: the nearest `.git` from there upwards.
 *
 * A `.git` file, as work trees and submodules have it, is followed. Bare repositories and `GIT_DIR` do not count.
 *
 * @returns `undefined` when there is no `.git`.
 * @throws {SyntaxError} When a `.git` file does not say where the repository is.
 *
 * @see {@link https://git-scm.com/docs/gitrepository-layout | gitrepository-layout}
 */
export async function findRepository(directory: string): Promise<GitRepository | undefined> {
  // As the system sees it, so that ".." of a symbolic link is where git would look too.
  let root = await Deno.realPath(directory);
  for (;;) {
    const gitDirectory = await gitDirectoryIn(root);
    if (gitDirectory !== undefined) {
      return { root, gitDirectory, commonDirectory: await commonDirectoryOf(gitDirectory) };
    }
    const parent = dirname(root);
    if (parent === root) return undefined;
    root = parent;
  }
}

async function gitDirectoryIn(root: string): Promise<string | undefined> {
  const path = join(root, ".git");
  const info = await statIfThere(path);
  if (info === undefined) return undefined;
  if (info.isDirectory) return path;
  const target = /^gitdir: (.+?)[\r\n]*$/.exec(await readText(path) ?? "")?.[1];
  if (target === undefined) throw new SyntaxError(`Cannot use "${path}": it has no line "gitdir: PATH"`);
  return resolve(root, target);
}

async function commonDirectoryOf(gitDirectory: string): Promise<string> {
  const text = await readText(join(gitDirectory, "commondir"));
  return text === undefined ? gitDirectory : resolve(gitDirectory, text.replace(/[\r\n]+$/, ""));
}
