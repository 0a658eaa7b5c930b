import type { Annotations, Content } from "../oci/descriptor.ts";
import { createDigester, type Digest, type Digester } from "../oci/digest.ts";
import { type TarEntry, writeTar } from "../oci/tar.ts";
import type { Context } from "../work/context.ts";
import { compress } from "./compress.ts";
import type { Compression } from "./compression.ts";

/** What a layer is made of. */
export interface LayerOptions {
  /** What is in it, in this order. */
  readonly entries: readonly TarEntry[];
  /** How it is compressed. */
  readonly compression: Compression;
  /** The media type of the compressed layer. */
  readonly mediaType: string;
  /** The annotations of its descriptor. */
  readonly annotations?: Annotations;
}

/** A layer, ready to be uploaded. */
export interface Layer {
  /** The compressed archive. */
  readonly content: Content;
  /** The digest of the archive before compression, as an image's config lists it. */
  readonly diffId: Digest;
}

/**
 * Writes entries into an archive, compresses it and keeps it until the end of the run.
 *
 * Everything streams: memory does not grow with the size of the entries.
 *
 * @throws {RangeError} When an entry has not as many bytes as its size says, or there is no such compression level.
 * @throws The reason of `context.signal` when it is aborted.
 */
export async function packLayer(
  { entries, compression, mediaType, annotations }: LayerOptions,
  { scratch, signal, progress }: Pick<Context, "scratch" | "signal" | "progress">,
): Promise<Layer> {
  const digester = createDigester();
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const onProgress = (done: number): void => progress({ phase: "Packing", item: mediaType, done, total });
  const archive = digested(writeTar(entries), digester, { signal, onProgress });
  const describe = { mediaType, ...(annotations === undefined ? {} : { annotations }) };
  const content = await scratch.keep(describe, compress(archive, compression));
  return { content, diffId: digester.digest() };
}

async function* digested(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  digester: Digester,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void },
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  for await (const piece of bytes) {
    signal.throwIfAborted();
    digester.update(piece);
    onProgress(digester.size);
    yield piece;
  }
}
