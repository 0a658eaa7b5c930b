import { join } from "node:path";
import { exclusivePath } from "../../system/exclusive_file.ts";
import { withLock } from "../../system/lock.ts";
import { OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { INDEX_FILE, readIndex } from "./read_layout.ts";
import { removeEmpty } from "../../system/make_directories.ts";

/** What of a layout this process has made. */
export interface OwnLayout {
  /** The directories that were not there, outermost first. */
  readonly directories: readonly string[];
  /** Whether the layout itself was not there. */
  readonly isNew: boolean;
}

/**
 * Removes a layout that this process has made, if nothing is listed in it and every file in it is its own.
 *
 * Another process may have found the layout in the meantime. It shows that by a file that is not ours, and what it has
 * listed shows in the index; in either case everything stays.
 *
 * @param blobs The paths of the blobs that this process has written.
 */
export async function removeLayout(path: string, made: OwnLayout, blobs: ReadonlySet<string>): Promise<void> {
  const marker = join(path, OCI_LAYOUT_FILE);
  if (made.isNew) {
    await withLock(marker, undefined, async () => {
      if ((await readIndex(path)).manifests.length > 0) return;
      const { files, directories } = await walk(path);
      // A file that stands in for the lock goes when the lock is given back.
      const kept = [marker, exclusivePath(marker)];
      const ours = new Set([...kept, join(path, INDEX_FILE), ...blobs]);
      if (!files.every((file) => ours.has(file))) return;
      // The marker last: as long as it is there, what is left is a layout.
      for (const file of files) if (!kept.includes(file)) await Deno.remove(file);
      await removeEmpty(directories);
      await Deno.remove(marker);
    });
  }
  await removeEmpty(made.directories);
}

/** Everything below a directory; directories before what is in them. */
async function walk(
  path: string,
): Promise<{ readonly files: readonly string[]; readonly directories: readonly string[] }> {
  const files: string[] = [];
  const directories: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const at = join(path, name);
    if (!isDirectory) {
      files.push(at);
      continue;
    }
    const inner = await walk(at);
    directories.push(at, ...inner.directories);
    files.push(...inner.files);
  }
  return { files, directories };
}
