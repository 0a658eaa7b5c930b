import { join } from "node:path";
import { temporaryPath } from "./write_file.ts";

/**
 * What time it is where a directory is, in milliseconds: other machines may write there, and their clocks may differ.
 */
export async function fileSystemTime(directory: string): Promise<number> {
  const path = temporaryPath(join(directory, "now"));
  try {
    using file = await Deno.open(path, { write: true, createNew: true });
    return (await file.stat()).mtime?.getTime() ?? 0;
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}
