import type { Descriptor } from "../../oci/descriptor.ts";
import { archiveHead, readArchive } from "./archive_file.ts";
import { blobName } from "./blob_name.ts";
import { resolveTag } from "./layout_index.ts";
import type { LayoutStore } from "./layout_store.ts";
import { openArchive } from "./open_archive.ts";
import { inFile } from "./read_layout.ts";
import { verified } from "../../oci/verified.ts";

/**
 * The image layout in a tar, plain or compressed with gzip or zstd. It is read from its start for each question, in
 * constant memory and never written to.
 *
 * @param path The tar. It need not exist.
 */
export function layoutArchiveStore(path: string): LayoutStore {
  const shown = JSON.stringify(path);
  return {
    async resolve(tag: string): Promise<Descriptor | undefined> {
      using file = await openArchive(path, { write: false });
      if (file === undefined) return undefined;
      const head = archiveHead(path);
      for await (const item of readArchive(file, path)) {
        await head.take(item);
        if (head.isComplete()) break;
      }
      return inFile(path, () => resolveTag(head.index(), tag));
    },
    async exists({ digest, size }: Descriptor): Promise<boolean> {
      using file = await openArchive(path, { write: false });
      if (file === undefined) return false;
      for await (const item of readArchive(file, path)) {
        if (item.name === blobName(digest)) return item.type === "file" && item.size === size;
      }
      return false;
    },
    fetch(descriptor: Descriptor): ReadableStream<Uint8Array<ArrayBuffer>> {
      const action = `Cannot read ${descriptor.digest} in ${shown}`;
      return ReadableStream.from(verified(readBlob(path, descriptor, action), descriptor, action));
    },
  };
}

async function* readBlob(
  path: string,
  { digest }: Descriptor,
  action: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  using file = await openArchive(path, { write: false });
  if (file !== undefined) {
    for await (const { name, type, body } of readArchive(file, path)) {
      if (name === blobName(digest) && type === "file") return yield* body;
    }
  }
  throw new Error(`${action}: it is not there`);
}
