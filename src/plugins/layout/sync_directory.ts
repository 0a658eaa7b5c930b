import { ioError } from "./io_error.ts";

/** Makes sure that the names in a directory survive a power loss, where the system can do that. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and keeps its names safe by itself.
  if (Deno.build.os === "windows") return;
  try {
    using directory = await Deno.open(path);
    await directory.sync();
  } catch (cause) {
    throw ioError("sync", path, cause);
  }
}
