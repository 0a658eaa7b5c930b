import { join } from "node:path";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isManifestMediaType, parseManifest } from "../../oci/parse_manifest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import type { Moved, TagName } from "../../pipeline/values.ts";
import {
  NotFoundError,
  type Pushed,
  type StoredManifest,
  type TagOptions,
  UnsupportedError,
  type UntagOptions,
} from "../../store/store.ts";
import { withLock } from "../../system/lock.ts";
import { writeFile } from "../../system/write_file.ts";
import type { Context } from "../../work/context.ts";
import {
  dropManifest,
  formatIndex,
  listedAs,
  listManifests,
  refuseToMove,
  resolveTag,
  setTags,
  withoutTag,
} from "../index.ts";
import type { LayoutPlace, Relisted, Relisting } from "../layout.ts";
import { OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { pushManifest } from "../push_manifest.ts";
import { layoutReader, type LayoutStoreOptions } from "../reader.ts";
import { withReferrerLists } from "../referrer_lists.ts";
import { superfluous } from "../superfluous.ts";
import type { Watcher } from "../watched.ts";
import { blobPath, hasBlob, isIntact, readBlob, writeBlob } from "./blob.ts";
import { type LayoutWatcher, type MadeLayout, makeLayout } from "./make_layout.ts";
import { INDEX_FILE, inFile, isLayout, readIndex } from "./read_layout.ts";
import { removeLayout } from "./remove_layout.ts";
import { watchedIndex } from "./watched_index.ts";

/**
 * The image layout in a directory, as a store. The first push makes it when there is none.
 *
 * Everything is written at once, and several processes can do that together: see {@linkcode layoutDirectoryStore}.
 */
export function directoryStore(reference: LayoutReference, options: LayoutStoreOptions = {}): LayoutPlace {
  const { path } = reference;
  const url = formatRepository(reference);
  const layout = layoutDirectoryStore(path);
  const index = watchedIndex(path);
  const reader = layoutReader(url, {
    indexFile: join(path, INDEX_FILE),
    index: index.read,
    has: (descriptor) => hasBlob(path, descriptor),
    open: (descriptor) => readBlob(path, descriptor),
  }, options);

  async function push(content: Content, { signal, progress, log }: Context): Promise<Pushed> {
    const { digest, size } = content.descriptor;
    const onProgress = (done: number): void => progress({ item: `${url}@${digest}`, done, total: size });
    const existed = !await layout.push(content, { signal, onProgress, onWarning: log.warn });
    return { existed, bytesSent: existed ? 0 : size };
  }

  async function list(
    { descriptor, bytes }: StoredManifest,
    tags: readonly string[],
    context: Context,
    { immutable = [] }: TagOptions = {},
  ): Promise<void> {
    const { signal } = context;
    const manifest = listedAs(descriptor, parseManifest(bytes, descriptor));
    const { contents } = await reader.partsOf(manifest, signal);
    const names = tags.map((name) => ({ name, immutable: immutable.includes(name) }));
    await layout.tag(manifest, names, { needs: [...contents.values()], signal });
    index.forget();
  }

  async function listReferrer(stored: StoredManifest, context: Context): Promise<void> {
    const manifest = listedAs(stored.descriptor, parseManifest(stored.bytes, stored.descriptor));
    const { contents } = await reader.partsOf(manifest, context.signal);
    await relist((before) => {
      const after = listManifests(before, [manifest]);
      return Promise.resolve({ ...UNCHANGED, after, needs: [...contents.values()], arrived: [stored] });
    }, context);
  }

  /** Changes the list while nobody else changes it. */
  async function relist(change: Relisting, context: Context): Promise<void> {
    const { signal } = context;
    await withLock(join(path, OCI_LAYOUT_FILE), signal, async () => {
      const before = await readIndex(path);
      const changed = await change(before);
      const { contents, needs } = changed;
      for (const content of contents) await writeBlob(path, content, { signal });
      for (const needed of needs) await requireBlob(path, needed);
      const lists = await withReferrerLists(
        changed.after,
        { added: changed.arrived ?? [], removed: changed.dropped },
        reader.readIfThere(signal),
      );
      for (const content of lists.contents) await writeBlob(path, content, { signal });
      const after = lists.index;
      const unneeded: Descriptor[] = [];
      for (const manifest of [...changed.dropped, ...lists.dropped]) {
        unneeded.push(...await superfluous(reader, manifest, after, context));
      }
      await writeFile(join(path, INDEX_FILE), [formatIndex(after)]);
      index.forget();
      for (const { digest } of unneeded) await Deno.remove(blobPath(path, digest)).catch(() => {});
    });
  }

  return {
    ...reader,
    // A small one that is damaged is not there, so that whoever copies writes it again.
    exists: (descriptor, { signal }) =>
      isManifestMediaType(descriptor.mediaType) ? isIntact(path, descriptor, signal) : hasBlob(path, descriptor),
    push,
    pushManifest: (manifest, context) => pushManifest(manifest, { url, push, list: listReferrer }, context),
    tag: list,
    relist,
    async untag(tag: string, context: Context, options: UntagOptions = {}): Promise<void> {
      if (await reader.resolve(tag, context) === undefined) throw new NotFoundError(url, tag);
      await relist((before) => {
        return Promise.resolve({ ...UNCHANGED, after: withoutTag(url, before, tag, options) });
      }, context);
    },
    async deleteManifest(digest: Digest, context: Context): Promise<void> {
      const manifest = await reader.resolve(digest, context);
      if (manifest === undefined) throw new NotFoundError(url, digest);
      await relist((before) => {
        const after = dropManifest(before, digest);
        if (after === undefined) throw new UnsupportedError(`Cannot delete ${url}@${digest}: it is a part of an index`);
        return Promise.resolve({ ...UNCHANGED, after, dropped: [manifest] });
      }, context);
    },
    commit: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => layout.discard(options),
  };
}

/** What most changes leave as it is. */
const UNCHANGED: Omit<Relisted, "after"> = { contents: [], needs: [], dropped: [] };

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
  push(content: Content, watcher?: Watcher & LayoutWatcher): Promise<boolean>;
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
    async push(content: Content, watcher: Watcher & LayoutWatcher = {}): Promise<boolean> {
      await (made ??= makeLayout(path, watcher));
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

/** What can be read from an image layout, be it a directory or a tar. Reading writes nothing. */
export interface LayoutStore {
  /** Says what a tag points to; `undefined` when there is no such tag, or no layout. */
  resolve(tag: string): Promise<Descriptor | undefined>;
  /** Tells whether content is there in its full size; its bytes are not looked at. */
  exists(descriptor: Descriptor): Promise<boolean>;
  /** Reads content. The stream errors when it is missing, or has another size or another digest. */
  fetch(descriptor: Descriptor): ReadableStream<Uint8Array<ArrayBuffer>>;
}
