import { dirname } from "node:path";
import { repositoryRoot } from "./repository_root.ts";

/**
 * Says why a configuration file that was found, and that nobody has named, must not count. It may say what is
 * published, where to, with whose credentials and with whose code, so it counts only
 *
 * - where the user works: in the current directory, or in the git repository around it. A repository inside that one, a
 *   submodule too, is somebody else's, and so is what was unpacked below a directory that is in no repository;
 * - when nobody but the user and root can have written it: it and every directory above it belong to one of them, and
 *   not everybody may write there.
 *
 * @param here The directory in which the user works.
 * @returns A reason as a part of a sentence; `undefined` when the file may count.
 */
export async function distrustOf(path: string, here: string = "."): Promise<string | undefined> {
  return await distrustOfPlace(await Deno.realPath(dirname(path)), await Deno.realPath(here)) ??
    await distrustOfFile(path);
}

async function distrustOfPlace(directory: string, here: string): Promise<string | undefined> {
  if (directory === here) return undefined;
  const repository = await repositoryRoot(here);
  if (repository !== undefined && await repositoryRoot(directory) === repository) return undefined;
  return "it lies neither in the current directory nor in the git repository around it";
}

/** Says who else decides what stands in a file: its owner, everybody, or those who can put another one in its place. */
export async function distrustOfFile(path: string): Promise<string | undefined> {
  const real = await Deno.realPath(path);
  // The link and what it leads to: either of them decides what is read.
  const places = [
    path,
    real,
    ...directoriesAbove(await Deno.realPath(dirname(path))),
    ...directoriesAbove(dirname(real)),
  ];
  for (const place of places) {
    const why = distrustOfOne(await Deno.lstat(place));
    if (why === undefined) continue;
    return place === path || place === real ? `it ${why}` : `the directory ${JSON.stringify(place)} above it ${why}`;
  }
  return undefined;
}

function distrustOfOne({ uid: owner, mode, isDirectory, isSymlink }: Deno.FileInfo): string | undefined {
  const uid = Deno.uid();
  if (uid !== null && owner !== null && owner !== uid && owner !== 0) {
    return `belongs to another user (uid ${owner}, and gantry runs as ${uid})`;
  }
  // The mode of a link says nothing. In a sticky directory, such as /tmp, everybody can replace their own files only.
  if (mode === null || isSymlink || (mode & 0o002) === 0 || isDirectory && (mode & 0o1000) !== 0) return undefined;
  return "may be written by everybody";
}

/** A directory and all above it but the root of the file system, whose owner can do everything anyway. */
function directoriesAbove(directory: string): readonly string[] {
  const parent = dirname(directory);
  return parent === directory ? [] : [directory, ...directoriesAbove(parent)];
}
