/**
 * An image layout in a tar, as it is on the disk.
 */
import type { Descriptor } from "../../oci/descriptor.ts";
import { blobDigest, blobName } from "../blob_name.ts";
import type { LayoutIndex } from "../index.ts";
import { openTar } from "./open.ts";
import { tarPositions } from "./positions.ts";
import { readLayoutTar, tarHead, unusable } from "./read.ts";

/** What a tar holds. It is not kept open: each read opens it and makes sure that it is still the same. */
export interface TarView {
  readonly index: LayoutIndex;
  /** The blobs, listed or not. */
  readonly blobs: readonly Pick<Descriptor, "digest" | "size">[];
  /** Tells whether content is there in its full size. */
  has(descriptor: Descriptor): boolean;
  /** Reads the bytes of content that is there, not verified. */
  read(descriptor: Descriptor): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Tells whether the file is still the one that was looked into. */
  isCurrent(): Promise<boolean>;
}

/**
 * Looks into a tar, plain or compressed with gzip or zstd.
 *
 * A plain one is read by position. A compressed one is read from its start for each question, in constant memory.
 *
 * @returns `undefined` when there is none.
 * @throws {Error} When it is not an image layout.
 */
export async function viewTar(path: string): Promise<TarView | undefined> {
  using file = await openTar(path, { write: false });
  if (file === undefined) return undefined;
  const { isCurrent } = file;
  const positions = await tarPositions(file);
  const head = tarHead(path);
  const files = new Map<string, { readonly size: number; readonly offset?: number }>();
  const remember = (name: string, place: { readonly size: number; readonly offset?: number }): void => {
    if (files.has(name)) throw unusable(path, `it holds ${JSON.stringify(name)} twice`);
    files.set(name, place);
  };
  if (positions === undefined) {
    for await (const item of readLayoutTar(file, path)) {
      if (item.type === "file" && !await head.take(item)) remember(item.name, { size: item.size });
    }
  } else {
    for (const { name: written, type, size, offset } of positions) {
      const name = written.replace(/^(?:\.\/+)+/, "");
      if (type !== "file") continue;
      if (!await head.take({ name, type, size, body: file.read(offset, size) })) remember(name, { size, offset });
    }
  }
  const index = head.index();
  return {
    index,
    blobs: [...files].flatMap(([name, { size }]) => {
      const digest = blobDigest(name);
      return digest === undefined ? [] : [{ digest, size }];
    }),
    has: ({ digest, size }) => files.get(blobName(digest))?.size === size,
    isCurrent,
    async *read({ digest }): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
      const name = blobName(digest);
      const place = files.get(name);
      using file = place && await openTar(path, { write: false });
      if (file === undefined || place === undefined) {
        throw new Error(`Cannot find ${digest} in ${JSON.stringify(path)}`);
      }
      if (!await isCurrent()) {
        throw new Error(`Cannot read ${JSON.stringify(path)}: it was replaced meanwhile`);
      }
      if (place.offset !== undefined) return yield* file.read(place.offset, place.size);
      for await (const item of readLayoutTar(file, path)) {
        if (item.name === name) return yield* item.body;
      }
    },
  };
}
