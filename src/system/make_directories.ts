import { dirname } from "node:path";
import { syncDirectory } from "./write_file.ts";
import { ioError } from "./io_error.ts";

/**
 * Makes a directory and what is missing above it, with the process's umask.
 *
 * @returns The directories that did not exist before, outermost first.
 * @throws {Error} Names the directory that could not be made.
 */
export async function makeDirectories(path: string): Promise<readonly string[]> {
  try {
    await Deno.mkdir(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists && await isDirectory(path)) return [];
    // Whoever made it has removed it in this moment.
    if (cause instanceof Deno.errors.AlreadyExists && await isFree(path)) return await makeDirectories(path);
    if (!(cause instanceof Deno.errors.NotFound) || dirname(path) === path) throw ioError("create", path, cause);
    return [...await makeDirectories(dirname(path)), ...await makeDirectories(path)];
  }
  await syncDirectory(dirname(path));
  return [path];
}

async function isDirectory(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}

async function isFree(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => false, (error) => error instanceof Deno.errors.NotFound);
}

/** Removes directories, the last one first, and leaves those in which something is. */
export async function removeEmpty(directories: readonly string[]): Promise<void> {
  for (const directory of directories.toReversed()) await Deno.remove(directory).catch(() => {});
}
