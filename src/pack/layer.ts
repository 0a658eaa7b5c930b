import type { Annotations, Content } from "../oci/descriptor.ts";
import { createDigester, type Digest, type Digester } from "../oci/digest.ts";
import { type TarEntry, writeTar } from "../oci/tar/write.ts";
import { createPauses } from "../system/pause.ts";
import type { Context } from "../work/context.ts";
import { withProgress } from "../work/with_progress.ts";
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
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const onProgress = (done: number): void => progress({ phase: "Packing", item: mediaType, done, total });
  const bytes = withProgress(writeTar(entries, { pause: createPauses(signal) }), { signal, onProgress });
  const describe = { mediaType, ...(annotations === undefined ? {} : { annotations }) };
  if (compression.kind === "none") {
    const content = await scratch.keep(describe, bytes, GIVEN);
    return { content, diffId: content.descriptor.digest };
  }
  const digester = createDigester();
  const content = await scratch.keep(describe, compress(digested(bytes, digester), compression), GIVEN);
  return { content, diffId: digester.digest() };
}

/** Nobody else reads what an archive or a compressor gives. */
const GIVEN = { given: true } as const;

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;

async function* digested(bytes: Pieces, digester: Digester): Pieces {
  for await (const piece of bytes) {
    digester.update(piece);
    yield piece;
  }
}
