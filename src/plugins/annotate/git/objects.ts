import { join, resolve } from "node:path";
import { readLooseObject } from "./loose_object.ts";
import { type GitObject, verifyObject } from "./object.ts";
import { readPackedObject } from "./packed_object.ts";
import { readText } from "./read_file.ts";
import type { GitRepository } from "./repository.ts";

/** How far git follows alternates of alternates. */
const ALTERNATES_LIMIT = 5;

/** Finds the directories that hold a repository's objects: its own, then those that it borrows from. */
export async function objectDirectories({ commonDirectory }: GitRepository): Promise<readonly string[]> {
  const directories: string[] = [];
  let next = [join(commonDirectory, "objects")];
  for (let depth = 0; depth <= ALTERNATES_LIMIT; depth++) {
    const added = next.filter((directory, at) => !directories.includes(directory) && next.indexOf(directory) === at);
    directories.push(...added);
    next = (await Promise.all(added.map(alternatesOf))).flat();
  }
  return directories;
}

/**
 * Reads an object, loose or packed, and checks it against its name.
 *
 * @throws {Error} When no directory has it, as in a partial clone, or when it is damaged or too large.
 */
export async function readObject(directories: readonly string[], id: string): Promise<GitObject> {
  let problem: unknown;
  for (const directory of directories) {
    for (const read of [readLooseObject, readFromPacks]) {
      try {
        const object = await read(directory, id);
        if (object === undefined) continue;
        verifyObject(id, object);
        return object;
      } catch (error) {
        // A sound copy may stand elsewhere.
        problem ??= error;
      }
    }
  }
  throw problem ?? new Error(`Cannot find object ${id}: it is not in this clone`);
}

async function readFromPacks(directory: string, id: string): Promise<GitObject | undefined> {
  let problem: unknown;
  for (const index of await packIndexes(join(directory, "pack"))) {
    try {
      const object = await readPackedObject(index, id);
      if (object !== undefined) return object;
    } catch (error) {
      problem ??= error;
    }
  }
  if (problem !== undefined) throw problem;
  return undefined;
}

async function packIndexes(directory: string): Promise<readonly string[]> {
  try {
    const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    return names.filter((name) => name.endsWith(".idx")).sort().map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

async function alternatesOf(directory: string): Promise<readonly string[]> {
  const text = await readText(join(directory, "info", "alternates")) ?? "";
  return text.split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => resolve(directory, line));
}
