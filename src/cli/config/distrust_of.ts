import { dirname, isAbsolute, relative, resolve } from "node:path";

/**
 * Says why code that a configuration file names must not run, when the file was found and nobody has named it. It may
 * when the file belongs to whoever runs gantry, or to root, is not everybody's to write, and lies where that person works: in the current directory,
 * below it, or in the root of the git repository around it.
 *
 * @param repository The root of the repository around the current directory, if there is one.
 */
export async function distrustOf(path: string, repository: string | undefined): Promise<string | undefined> {
  const others = await distrustOfFile(path);
  if (others !== undefined) return others;
  const directory = await Deno.realPath(dirname(path));
  const here = await Deno.realPath(".");
  if (isWithin(directory, here)) return undefined;
  if (repository !== undefined && directory === await Deno.realPath(resolve(repository))) return undefined;
  return "it is neither below the current directory nor in the root of its git repository";
}

/** Says who else decides what stands in a file: its owner, or everybody. */
export async function distrustOfFile(path: string): Promise<string | undefined> {
  const uid = Deno.uid();
  // The link and what it leads to: either of them decides what is read.
  for (const { uid: owner } of [await Deno.lstat(path), await Deno.stat(path)]) {
    if (uid !== null && owner !== null && owner !== uid && owner !== 0) return "it belongs to another user";
  }
  const { mode } = await Deno.stat(path);
  return mode !== null && (mode & 0o002) !== 0 ? "everybody may write to it" : undefined;
}

function isWithin(path: string, directory: string): boolean {
  const below = relative(directory, path);
  return below === "" || (!/^\.\.(?:[\\/]|$)/.test(below) && !isAbsolute(below));
}
