import { ioError } from "./io_error.ts";

/**
 * Tells whether the file that stands at a path is the one that was looked at before, unchanged.
 *
 * @param info What an open file says of itself.
 */
export async function isSameFile(path: string, info: Deno.FileInfo): Promise<boolean> {
  const found = await Deno.stat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("read", path, cause);
  });
  return found !== undefined && found.ino === info.ino && found.dev === info.dev && found.size === info.size &&
    found.mtime?.getTime() === info.mtime?.getTime();
}
