import { join } from "node:path";
import { collectTemporaryFiles } from "./collect_leftovers.ts";
import { ioError } from "../../system/io_error.ts";
import { EMPTY_INDEX, formatIndex } from "../index.ts";
import { withLock } from "../../system/lock.ts";
import { makeDirectories } from "../../system/make_directories.ts";
import { OCI_LAYOUT_BYTES, OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { INDEX_FILE, isLayout, readIndex, refuseLostIndex } from "./read_layout.ts";
import { type OwnLayout, removeLayout } from "./remove_layout.ts";
import { lacking } from "../../system/unsupported.ts";
import { createFile, syncDirectory, temporaryPath } from "../../system/write_file.ts";

/** What of a layout this process has made. */
export interface MadeLayout extends OwnLayout {
  /** Lets whoever made the layout give it up again. Never fails. */
  release(): Promise<void>;
}

/**
 * Makes an image layout, unless one is there.
 *
 * A layout has its `index.json` from the start, so that other tools can open it before anything is tagged. A layout in
 * which nothing is listed may be given up by the process that made it; from here on it is not, until this one has
 * called `release`.
 *
 * @throws {Error} When something else is there, or nothing can be written. Nothing is left behind then.
 */
export async function makeLayout(path: string, { signal, onWarning }: LayoutWatcher = {}): Promise<MadeLayout> {
  for (let tries = 1;; tries++) {
    const isThere = await isLayout(path);
    const directories = isThere ? [] : await makeDirectories(path);
    let isNew = false;
    let sign: string | undefined;
    try {
      isNew = !isThere && await createFile(join(path, OCI_LAYOUT_FILE), [OCI_LAYOUT_BYTES]);
      sign = await makeIndex(path, { signal, onWarning, isNew });
      return { directories, isNew, release: () => release(sign) };
    } catch (error) {
      // Whoever made the layout has given it up while we waited.
      if (isGone(error) && !isNew && tries < TRIES) continue;
      await release(sign);
      await removeLayout(path, { directories, isNew }, new Set());
      throw error;
    }
  }
}

/** Who follows the making of a layout. */
export interface LayoutWatcher {
  /** Ends the wait for other processes. */
  readonly signal?: AbortSignal | undefined;
  /** Told what the file system cannot do. */
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

/** How often a layout may be given up by others; where nothing can be made at all, it seems to be gone each time. */
const TRIES = 20;

/** The index comes before the first blob, whoever made the layout. Tells which file shows that we are here, if any. */
async function makeIndex(
  path: string,
  { signal, onWarning, isNew }: LayoutWatcher & { readonly isNew: boolean },
): Promise<string | undefined> {
  const file = join(path, INDEX_FILE);
  return await withLock(join(path, OCI_LAYOUT_FILE), signal, async ({ isWeak }) => {
    if (isWeak) onWarning?.(lacking(path, "lock"));
    if (!await syncDirectory(path)) onWarning?.(lacking(path, "sync"));
    await refuseLostIndex(path);
    const empty = formatIndex(EMPTY_INDEX);
    // One that cannot be read is found now, and not when everything was written and has to be listed.
    if (!await createFile(file, [empty])) await readIndex(path);
    await collectTemporaryFiles(path);
    // Once anything was listed, nobody gives the layout up.
    const isEmpty = (await Deno.stat(file)).size === empty.byteLength;
    return isEmpty && !isNew ? await showPresence(path) : undefined;
  });
}

/** A file that is not of whoever made the layout keeps it from being removed. */
async function showPresence(path: string): Promise<string> {
  const sign = temporaryPath(join(path, INDEX_FILE));
  try {
    using _file = await Deno.open(sign, { write: true, createNew: true });
    return sign;
  } catch (cause) {
    throw ioError("write", path, cause);
  }
}

async function release(sign: string | undefined): Promise<void> {
  if (sign !== undefined) await Deno.remove(sign).catch(() => {});
}

function isGone(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Deno.errors.NotFound;
}
