import { join } from "node:path";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isManifestMediaType, parseManifest } from "../../oci/parse_manifest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import {
  type ArrivingLayers,
  type Moved,
  NotFoundError,
  type Pushed,
  type StoredManifest,
  type TagName,
  UnsupportedError,
  type UntagOptions,
} from "../../store/store.ts";
import { withLock } from "../../system/lock.ts";
import { writeFile } from "../../system/write_file.ts";
import type { Context } from "../../work/context.ts";
import { appendLayers } from "../append.ts";
import type { HashedLayout } from "../check/hashed_layout.ts";
import {
  checkImmutableTags,
  dropManifest,
  formatIndex,
  listedAs,
  listManifests,
  setTags,
  withoutTag,
} from "../index.ts";
import type { LayoutPlace, Relisted, Relisting } from "../layout.ts";
import { OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { pushManifest } from "../push_manifest.ts";
import { layoutReader, type LayoutStoreOptions } from "../reader.ts";
import { withReferrerLists } from "../referrer_lists.ts";
import { onlyNeededBy } from "../only_needed_by.ts";
import { blobPath, hasBlob, isIntact, listBlobs, readBlob, writeBlob } from "./blob.ts";
import { type MadeLayout, makeLayout } from "./make_layout.ts";
import { INDEX_FILE, inFile, readIndex } from "./read_layout.ts";
import { removeLayout } from "./remove_layout.ts";
import { watchedIndex } from "./watched_index.ts";

/**
 * The image layout in a directory, as a store. The first push makes it when there is none.
 *
 * Everything is written at once: blobs go to their names one by one, and stay there when a run fails, so that the next
 * run need not write them again. Looking at a layout writes nothing, so it can be on a read-only disk. Several
 * processes can write to one layout together, and one that is killed leaves a layout in which everything that was
 * listed is still listed and whole.
 *
 * Disposing removes the layout again if it was made here and nothing is listed in it.
 */
export function directoryStore(reference: LayoutReference, options: LayoutStoreOptions = {}): LayoutPlace {
  const { path } = reference;
  const url = formatRepository(reference);
  const indexFile = join(path, INDEX_FILE);
  const index = watchedIndex(path);
  /** The paths of the blobs that were written here. */
  const written = new Set<string>();
  let made: Promise<MadeLayout> | undefined;
  const reader = layoutReader(url, {
    indexFile,
    index: index.read,
    blobs: () => listBlobs(path),
    has: (descriptor) => hasBlob(path, descriptor),
    open: (descriptor) => readBlob(path, descriptor),
  }, options);

  async function push(content: Content, { signal, progress, log }: Context): Promise<Pushed> {
    const { digest, size } = content.descriptor;
    const onProgress = (done: number): void => progress({ item: `${url}@${digest}`, done, total: size });
    await (made ??= makeLayout(path, { signal, onWarning: log.warn }));
    if (!await writeBlob(path, content, { signal, onProgress })) return { existed: true, bytesSent: 0 };
    written.add(blobPath(path, digest));
    return { existed: false, bytesSent: size };
  }

  /** Lists a manifest in one step; what other processes list at the same time stays. */
  async function tag(
    { descriptor, bytes }: StoredManifest,
    tags: readonly TagName[],
    { signal }: Context,
  ): Promise<readonly Moved[]> {
    const manifest = listedAs(descriptor, parseManifest(bytes, descriptor));
    const { contents } = await reader.partsOf(manifest, signal);
    const moved = await withLock(join(path, OCI_LAYOUT_FILE), signal, async () => {
      for (const needed of contents.values()) await requireBlob(path, needed);
      const before = await readIndex(path);
      const { index, moved } = inFile(indexFile, () => setTags(before, manifest, tags.map(({ name }) => name)));
      checkImmutableTags(url, manifest, tags, moved);
      if (JSON.stringify(index) !== JSON.stringify(before)) await writeFile(indexFile, [formatIndex(index)]);
      return moved;
    });
    index.forget();
    await (await made)?.release();
    return moved;
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
      const { arrived = [] } = changed;
      const unlisted = arrived.length === 0 ? [] : await reader.unlisted(before, signal);
      const lists = await withReferrerLists(
        changed.after,
        { added: [...unlisted, ...arrived], removed: changed.dropped },
        reader.readIfThere(signal),
      );
      for (const content of lists.contents) await writeBlob(path, content, { signal });
      const after = lists.index;
      const unneeded: Descriptor[] = [];
      for (const manifest of [...changed.dropped, ...lists.dropped]) {
        unneeded.push(...await onlyNeededBy(reader, manifest, after, context));
      }
      await writeFile(indexFile, [formatIndex(after)]);
      index.forget();
      for (const { digest } of unneeded) await Deno.remove(blobPath(path, digest)).catch(() => {});
    });
  }

  return {
    ...reader,
    shownBy: "tag",
    isWhole: () => Promise.resolve(false),
    // A small one that is damaged is not there, so that whoever copies writes it again.
    exists: (descriptor, { signal }) =>
      isManifestMediaType(descriptor.mediaType) ? isIntact(path, descriptor, signal) : hasBlob(path, descriptor),
    push,
    pushManifest: (manifest, context) => pushManifest(manifest, { url, push, list: listReferrer }, context),
    tag,
    async append(tag: string, arriving: ArrivingLayers, context: Context): Promise<void> {
      await relist(async (before) => ({
        ...await appendLayers(before, { tag, place: `${url}:${tag}`, ...arriving }, reader.readIfThere(context.signal)),
        needs: arriving.layers,
      }), context);
    },
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
    async hash(watcher): Promise<HashedLayout> {
      const { hashDirectory } = await import("../check/hash_directory.ts");
      return await hashDirectory(path, watcher);
    },
    prepare: () => Promise.resolve(),
    commit: () => Promise.resolve([]),
    async [Symbol.asyncDispose](): Promise<void> {
      const ours = await made?.catch(() => undefined);
      if (ours === undefined) return;
      await ours.release();
      if (options.keepBlobs && written.size > 0) return;
      // What stays does no harm.
      await removeLayout(path, ours, written).catch(() => {});
    },
  };
}

/** What most changes leave as it is. */
const UNCHANGED: Omit<Relisted, "after"> = { contents: [], needs: [], dropped: [] };

/**
 * Makes sure that a blob is there in its full size, unless it is said to be elsewhere.
 *
 * @throws {Error} When it is not.
 */
async function requireBlob(path: string, descriptor: Descriptor): Promise<void> {
  if (descriptor.urls !== undefined || await hasBlob(path, descriptor)) return;
  throw new Error(`Cannot tag in ${JSON.stringify(path)}: blob ${descriptor.digest} is no longer there`);
}
