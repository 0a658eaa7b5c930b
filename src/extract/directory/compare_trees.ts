import { dirname } from "node:path";
import type { HeldTree } from "../../system/held_tree.ts";
import { ioError } from "../../system/io_error.ts";
import { hasSameContent } from "./same_content.ts";

/** A file, a link or a whole directory that has to be moved. */
export interface Move {
  /** Its path in both trees; empty for all of it. */
  readonly path: string;
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

/** What a staged tree is compared with. */
export interface TreeInPlace {
  /** What is there; `undefined` when nothing is. */
  readonly there: HeldTree | undefined;
  /** Tells how many files and links a directory of the staged tree has, those in directories below it counted. */
  readonly countFiles: (directory: string) => number;
  readonly signal: AbortSignal;
}

/**
 * Compares a staged tree with what is in its place. What is there and not in the tree is not looked at, and no link
 * that is there is followed.
 *
 * @param staged Leads to something in the staged tree; empty stands for the tree itself.
 */
export async function compareTrees(
  staged: (path: string) => string,
  { there, countFiles, signal }: TreeInPlace,
): Promise<TreeComparison> {
  const moves: Move[] = [];
  const changed: string[] = [];
  const blocked: string[] = [];
  let moved = 0;
  let unchanged = 0;
  if (there === undefined) move("", { isDirectory: true });
  else {
    await compareDirectory("", there);
    await refuseOtherDisks(there);
  }
  return { moves, moved, unchanged, changed, blocked };

  async function compareDirectory(path: string, place: HeldTree): Promise<void> {
    for await (const entry of Deno.readDir(staged(path))) {
      signal.throwIfAborted();
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      const found = await lookAt(below, place);
      if (found === undefined) move(below, entry);
      else if (!entry.isDirectory) await compareWithFile(below, found, place);
      else if (found.isDirectory) await compareDirectory(below, place);
      else {
        const kind = found.isSymlink ? "symbolic link" : "file";
        blocked.push(`${JSON.stringify(below)} is a ${kind} there and a directory in the artifact`);
      }
    }
  }

  async function compareWithFile(path: string, found: Deno.FileInfo, place: HeldTree): Promise<void> {
    if (found.isDirectory) {
      blocked.push(`${JSON.stringify(path)} is a directory there and a file in the artifact`);
    } else if (await hasSameContent(staged(path), { path, at: () => place.at(path), info: found, signal })) unchanged++;
    else {
      changed.push(path);
      move(path, { isDirectory: false, replaced: found });
    }
  }

  /** Nothing can be moved to another disk in one step. */
  async function refuseOtherDisks(place: HeldTree): Promise<void> {
    const { dev } = await Deno.stat(staged(""));
    for (const directory of new Set(moves.map(({ path }) => dirname(path).replace(/^\.$/, "")))) {
      if (place.device(directory) !== dev) blocked.push(`${JSON.stringify(directory)} is on another disk there`);
    }
  }

  function move(
    path: string,
    { isDirectory, replaced }: { readonly isDirectory: boolean; readonly replaced?: Deno.FileInfo },
  ): void {
    moves.push({ path, ...(replaced === undefined ? {} : { replaced }) });
    moved += isDirectory ? countFiles(path) : 1;
  }
}

async function lookAt(path: string, place: HeldTree): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(place.at(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("read", path, cause);
  }
}
