/**
 * Image layouts in a directory.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md | OCI image-spec 1.1.1, Image Layout}
 */
import { join } from "node:path";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Moved, TagName } from "../../pipeline/values.ts";
import { blobPath, hasBlob, readBlob, writeBlob } from "./blob.ts";
import { formatIndex, resolveTag, setTags } from "./layout_index.ts";
import { withLock } from "../../system/lock.ts";
import type { LayoutStore } from "./layout_store.ts";
import { type MadeLayout, makeLayout } from "./make_layout.ts";
import { OCI_LAYOUT_FILE } from "./oci_layout_file.ts";
import { INDEX_FILE, inFile, isLayout, readIndex } from "./read_layout.ts";
import { refuseToMove } from "./refuse_to_move.ts";
import { removeLayout } from "./remove_layout.ts";
import type { Watcher } from "./watched.ts";
import { writeFile } from "../../system/write_file.ts";

/** A layout directory: what can be read from it, and how content comes into it. */
export interface LayoutDirectory extends LayoutStore {
  /**
   * Writes content, unless it is there already; makes the layout when there is none.
   *
   * What is there is hashed first, so content that is damaged is repaired.
   *
   * @returns Whether it was written.
   * @throws {Error} When it cannot be written, or is not what its descriptor says.
   */
  push(content: Content, watcher?: Watcher): Promise<boolean>;
  /**
   * Lists a manifest in the index under tags, or once without a name when there are none. All of it is one step, and
   * what other processes list at the same time stays.
   *
   * @throws {TagExistsError} When an immutable tag points to something else.
   * @throws {Error} When something is missing, or the index cannot be read or written.
   */
  tag(manifest: Descriptor, tags: readonly TagName[], options?: LayoutTagOptions): Promise<readonly Moved[]>;
  /** Removes the layout again if it was made here and nothing is listed in it. Never fails: what stays does no harm. */
  discard(options?: DiscardOptions): Promise<void>;
}

/** How a layout is given up. */
export interface DiscardOptions {
  /** Whether blobs that nothing lists stay, so that the next run need not fetch them again. */
  readonly keepBlobs?: boolean;
}

/** How a manifest is listed. */
export interface LayoutTagOptions {
  /** Ends the wait for other processes. */
  readonly signal?: AbortSignal;
  /** What must be there for the manifest to be of any use; the manifest alone when left out. */
  readonly needs?: readonly Descriptor[];
}

/**
 * The image layout in a directory. Looking at it writes nothing, so it can be on a read-only disk.
 *
 * Several processes can write to one layout at once. A process that is killed leaves a layout in which everything that
 * was listed is still listed and whole.
 *
 * @param path The directory. It need not exist.
 */
export function layoutDirectoryStore(path: string): LayoutDirectory {
  const url = `oci-layout:${path}`;
  const written = new Set<string>();
  let made: Promise<MadeLayout> | undefined;
  return {
    async resolve(tag: string): Promise<Descriptor | undefined> {
      if (!await isLayout(path)) return undefined;
      const index = await readIndex(path);
      return inFile(join(path, INDEX_FILE), () => resolveTag(index, tag));
    },
    async exists(descriptor: Descriptor): Promise<boolean> {
      return await hasBlob(path, descriptor);
    },
    fetch(descriptor: Descriptor): ReadableStream<Uint8Array<ArrayBuffer>> {
      return readBlob(path, descriptor);
    },
    async push(content: Content, watcher: Watcher = {}): Promise<boolean> {
      await (made ??= makeLayout(path, watcher.signal));
      const isWritten = await writeBlob(path, content, watcher);
      if (isWritten) written.add(blobPath(path, content.descriptor.digest));
      return isWritten;
    },
    async tag(
      manifest: Descriptor,
      tags: readonly TagName[],
      { needs = [manifest], signal }: LayoutTagOptions = {},
    ): Promise<readonly Moved[]> {
      const file = join(path, INDEX_FILE);
      const moved = await withLock(join(path, OCI_LAYOUT_FILE), signal, async () => {
        for (const needed of needs) await requireBlob(path, needed);
        const before = await readIndex(path);
        const { index, moved } = inFile(file, () => setTags(before, manifest, tags.map(({ name }) => name)));
        refuseToMove(url, manifest, tags, moved);
        if (JSON.stringify(index) !== JSON.stringify(before)) await writeFile(file, [formatIndex(index)]);
        return moved;
      });
      await (await made)?.release();
      return moved;
    },
    async discard({ keepBlobs = false }: DiscardOptions = {}): Promise<void> {
      const ours = await made?.catch(() => undefined);
      if (ours === undefined) return;
      await ours.release();
      if (keepBlobs && written.size > 0) return;
      await removeLayout(path, ours, written).catch(() => {});
    },
  };
}

/**
 * Makes sure that a blob is there in its full size, unless it is said to be elsewhere.
 *
 * @throws {Error} When it is not.
 */
export async function requireBlob(path: string, descriptor: Descriptor): Promise<void> {
  if (descriptor.urls !== undefined || await hasBlob(path, descriptor)) return;
  throw new Error(`Cannot tag in ${JSON.stringify(path)}: blob ${descriptor.digest} is no longer there`);
}
