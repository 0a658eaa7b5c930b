import { join } from "node:path";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { LayoutReference } from "../../oci/reference.ts";
import type { Context } from "../../work/context.ts";
import type { Pushed, Store, StoreReader } from "../../store/store.ts";
import { readLayoutTar, tarHead } from "./read.ts";
import { hasBlob, readBlob } from "../directory/blob.ts";
import { blobDigest } from "../blob_name.ts";
import type { LayoutPlace } from "../layout.ts";
import { layoutReader } from "../reader.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";

/** A tar of which every blob stands in a layout directory, and of which nothing is listed there yet. */
export interface ReceivedTar {
  /** What the tar lists, with the contents from the directory. */
  readonly source: StoreReader & Pick<LayoutPlace, "listed" | "artifacts" | "unusable">;
  /** The directory; what the tar has brought is not read again when it is pushed. */
  readonly destination: Store;
}

/** Where the bytes of a tar come from, and what they are called. */
export interface TarPipe {
  /** What errors call it. */
  readonly name: string;
  /** What the source is called. */
  readonly url: string;
  /** The tar; it is read once. */
  readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads an image layout in a tar once, from start to end, and writes each of its blobs to its place in a layout
 * directory. Files of other kinds that stand in the tar are left out.
 *
 * @param directory The directory as a store; the blobs are pushed to it.
 * @throws {Error} When it is no image layout, ends too early, or holds a damaged blob. Nothing is listed then.
 */
export async function receiveTar(
  { name, url, bytes }: TarPipe,
  { path, store }: Pick<LayoutReference, "path"> & { readonly store: Store },
  context: Context,
): Promise<ReceivedTar> {
  const { signal } = context;
  const head = tarHead(name);
  const received = new Map<Digest, Pushed>();
  const sizes = new Map<Digest, number>();
  for await (const item of readLayoutTar({ read: () => bytes }, name, { signal })) {
    const digest = blobDigest(item.name);
    if (item.type !== "file" || await head.take(item) || digest === undefined || received.has(digest)) continue;
    const descriptor = { mediaType: "application/octet-stream", digest, size: item.size };
    const content = { descriptor, open: () => ReadableStream.from(item.body) };
    received.set(digest, await store.push(content, context));
    sizes.set(digest, item.size);
  }
  const index = head.index();
  const reader = layoutReader(url, {
    indexFile: join(name, INDEX_FILE),
    index: () => Promise.resolve(index),
    async *blobs(): AsyncGenerator<Pick<Descriptor, "digest" | "size">, void, void> {
      for (const [digest, size] of sizes) yield await Promise.resolve({ digest, size });
    },
    has: (descriptor) => hasBlob(path, descriptor),
    open: (descriptor) => readBlob(path, descriptor),
  });
  return {
    source: { ...reader, [Symbol.asyncDispose]: () => Promise.resolve() },
    destination: {
      ...store,
      exists: async (descriptor, inner) => !received.has(descriptor.digest) && await store.exists(descriptor, inner),
      push: async (content, inner) => received.get(content.descriptor.digest) ?? await store.push(content, inner),
      async pushManifest(manifest, inner): Promise<Pushed> {
        // It may have to be listed.
        const pushed = await store.pushManifest(manifest, inner);
        return received.get(manifest.descriptor.digest) ?? pushed;
      },
    },
  };
}
