/** Removes directories, the last one first, and leaves those in which something is. */
export async function removeEmpty(directories: readonly string[]): Promise<void> {
  for (const directory of directories.toReversed()) await Deno.remove(directory).catch(() => {});
}
