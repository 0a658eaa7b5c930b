import { dirname, join, relative } from "node:path";
import { ioError } from "../system/io_error.ts";
import { isSameFile } from "./is_same_file.ts";

/** A file, a link or a whole directory that has to be moved. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** The file or link that is there. */
  readonly replaced?: Deno.FileInfo;
}

/** How a staged tree differs from what is in its place. */
export interface TreeComparison {
  /** What is new or has another content. */
  readonly moves: readonly Move[];
  /** How many files and links are to be moved, those in directories counted. */
  readonly moved: number;
  /** How many files and links are there already and the same. */
  readonly unchanged: number;
  /** The paths of those that are there with another content. */
  readonly changed: readonly string[];
  /** What can never be replaced: the second half of a sentence for each. */
  readonly blocked: readonly string[];
}

/**
 * Compares a staged tree with what is in its place. What is there and not in the tree is not looked at, and no link that
 * is there is followed, but for the destination itself.
 */
export async function compareTrees(staged: string, destination: string, signal: AbortSignal): Promise<TreeComparison> {
  const moves: Move[] = [];
  const changed: string[] = [];
  const blocked: string[] = [];
  let moved = 0;
  let unchanged = 0;
  if (await lookAt(destination, Deno.stat) === undefined) await move("", staged);
  else {
    await compareDirectory("");
    await refuseOtherDisks();
  }
  return { moves, moved, unchanged, changed, blocked };

  async function compareDirectory(path: string): Promise<void> {
    for await (const entry of Deno.readDir(join(staged, path))) {
      signal.throwIfAborted();
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      const there = await lookAt(join(destination, below), Deno.lstat);
      if (there === undefined) await move(below, join(staged, below));
      else if (entry.isDirectory) await compareWithDirectory(below, there);
      else await compareWithFile(below, there);
    }
  }

  async function compareWithDirectory(path: string, there: Deno.FileInfo): Promise<void> {
    if (there.isDirectory) return await compareDirectory(path);
    const kind = there.isSymlink ? "symbolic link" : "file";
    blocked.push(`${JSON.stringify(path)} is a ${kind} there and a directory in the artifact`);
  }

  async function compareWithFile(path: string, there: Deno.FileInfo): Promise<void> {
    const from = join(staged, path);
    const to = join(destination, path);
    if (there.isDirectory) {
      blocked.push(`${JSON.stringify(path)} is a directory there and a file in the artifact`);
    } else if (await isSameFile(from, to, there)) unchanged++;
    else {
      changed.push(path);
      await move(path, from, there);
    }
  }

  /** Nothing can be moved to another disk in one step. */
  async function refuseOtherDisks(): Promise<void> {
    const { dev } = await Deno.stat(staged);
    for (const directory of new Set(moves.map(({ to }) => dirname(to)))) {
      if ((await lookAt(directory, Deno.stat))?.dev === dev) continue;
      blocked.push(`${JSON.stringify(relative(destination, directory))} is on another disk there`);
    }
  }

  async function move(path: string, from: string, replaced?: Deno.FileInfo): Promise<void> {
    moves.push({ from, to: join(destination, path), ...(replaced === undefined ? {} : { replaced }) });
    moved += await countFiles(from);
  }
}

async function countFiles(path: string): Promise<number> {
  if (!(await Deno.lstat(path)).isDirectory) return 1;
  let count = 0;
  for await (const { name } of Deno.readDir(path)) count += await countFiles(join(path, name));
  return count;
}

async function lookAt(
  path: string,
  look: (path: string) => Promise<Deno.FileInfo>,
): Promise<Deno.FileInfo | undefined> {
  try {
    return await look(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("read", path, cause);
  }
}
