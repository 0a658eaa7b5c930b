import { join } from "node:path";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isManifestMediaType, parseManifest } from "../../oci/parse_manifest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import type { Context } from "../../work/context.ts";
import {
  NotFoundError,
  type Pushed,
  type StoredManifest,
  type TagOptions,
  UnsupportedError,
  type UntagOptions,
} from "../../store/store.ts";
import { blobPath, hasBlob, isIntact, readBlob, writeBlob } from "./blob.ts";
import { layoutDirectoryStore, requireBlob } from "./layout_directory.ts";
import { dropManifest, formatIndex } from "./layout_index.ts";
import { withLock } from "../../system/lock.ts";
import type { LayoutPlace, Relisted, Relisting } from "./layout_place.ts";
import { layoutReader, type LayoutStoreOptions } from "./layout_reader.ts";
import { listedAs } from "./listed_as.ts";
import { OCI_LAYOUT_FILE } from "./oci_layout_file.ts";
import { pushManifest } from "./push_manifest.ts";
import { INDEX_FILE, readIndex } from "./read_layout.ts";
import { superfluous } from "./superfluous.ts";
import { watchedIndex } from "./watched_index.ts";
import { withoutTag } from "./without_tag.ts";
import { writeFile } from "../../system/write_file.ts";

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

  async function push(content: Content, { signal, progress }: Context): Promise<Pushed> {
    const { digest, size } = content.descriptor;
    const onProgress = (done: number): void => progress({ item: `${url}@${digest}`, done, total: size });
    const existed = !await layout.push(content, { signal, onProgress });
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

  /** Changes the list while nobody else changes it. */
  async function relist(change: Relisting, context: Context): Promise<void> {
    const { signal } = context;
    await withLock(join(path, OCI_LAYOUT_FILE), signal, async () => {
      const before = await readIndex(path);
      const { after, contents, needs, dropped } = await change(before);
      for (const content of contents) await writeBlob(path, content, { signal });
      for (const needed of needs) await requireBlob(path, needed);
      const unneeded: Descriptor[] = [];
      for (const manifest of dropped) unneeded.push(...await superfluous(reader, manifest, after, context));
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
    pushManifest: (manifest, context) => pushManifest(manifest, { url, push, tag: list }, context),
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
