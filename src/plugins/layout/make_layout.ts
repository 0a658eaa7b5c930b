import { join } from "node:path";
import { EMPTY_INDEX, formatIndex } from "./layout_index.ts";
import { withLock } from "./layout_lock.ts";
import { makeDirectories } from "./make_directories.ts";
import { OCI_LAYOUT_BYTES, OCI_LAYOUT_FILE } from "./oci_layout_file.ts";
import { INDEX_FILE, isLayout, refuseLostIndex } from "./read_layout.ts";
import { type MadeLayout, removeLayout } from "./remove_layout.ts";
import { createFile } from "./write_file.ts";

/**
 * Makes an image layout, unless one is there.
 *
 * A layout has its `index.json` from the start, so that other tools can open it before anything is tagged.
 *
 * @throws {Error} When something else is there, or nothing can be written. Nothing is left behind then.
 */
export async function makeLayout(path: string, signal?: AbortSignal): Promise<MadeLayout> {
  if (await isLayout(path)) {
    await makeIndex(path, signal);
    return { directories: [], isNew: false };
  }
  const directories = await makeDirectories(path);
  let isNew = false;
  try {
    isNew = await createFile(join(path, OCI_LAYOUT_FILE), [OCI_LAYOUT_BYTES]);
    await makeIndex(path, signal);
    return { directories, isNew };
  } catch (error) {
    await removeLayout(path, { directories, isNew }, new Set());
    throw error;
  }
}

/** The index comes before the first blob, whoever made the layout. */
async function makeIndex(path: string, signal: AbortSignal | undefined): Promise<void> {
  const file = join(path, INDEX_FILE);
  await withLock(join(path, OCI_LAYOUT_FILE), signal, async () => {
    await refuseLostIndex(path);
    await createFile(file, [formatIndex(EMPTY_INDEX)]);
  });
}
