import { ioError } from "./io_error.ts";
import { isUnsupported } from "./unsupported.ts";

/**
 * Makes sure that the names in a directory survive a power loss, where the system can do that.
 *
 * @returns Whether it could: shared folders of virtual machines, CIFS and some network drives cannot.
 */
export async function syncDirectory(path: string): Promise<boolean> {
  // Windows opens no directories, and keeps its names safe by itself.
  if (Deno.build.os === "windows") return true;
  try {
    using directory = await Deno.open(path);
    await directory.sync();
    return true;
  } catch (cause) {
    if (isUnsupported(cause, "sync")) return false;
    throw ioError("sync", path, cause);
  }
}
