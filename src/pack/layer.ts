import { createDigester, type Digester } from "../oci/digest.ts";
import { TAR_PIECE_SIZE, writeTar } from "../oci/tar/write.ts";
import { createPauses } from "../system/pause.ts";
import type { Context } from "../work/context.ts";
import { withProgress } from "../work/with_progress.ts";
import { pieceBuffers } from "./piece_buffers.ts";
import type { DescribedLayer, Layer } from "./cached_layer.ts";
import { compress } from "./compress.ts";
import { type OpenLayerCache, takeOrPack } from "./layer_cache.ts";
import type { StampedEntry } from "./tree.ts";

/** What a layer is made of. */
export interface LayerOptions extends Omit<DescribedLayer, "format"> {
  /** What is in it, in this order. */
  readonly entries: Iterable<StampedEntry>;
  /** Opens the cache of layers; without it every layer is made anew. */
  readonly cache?: OpenLayerCache | undefined;
}

/** What there is to work with. */
export type PackingContext = Pick<Context, "scratch" | "signal" | "log" | "progress">;

/**
 * Writes entries into an archive, compresses it and keeps it until the end of the run; or takes it from the cache,
 * where the same entries were packed before.
 *
 * Everything streams: memory does not grow with the size of the entries.
 *
 * @throws {RangeError} When an entry has not as many bytes as its size says, or there is no such compression level.
 * @throws The reason of `context.signal` when it is aborted.
 */
export async function packLayer(options: LayerOptions, context: PackingContext): Promise<Layer> {
  const pack = (): Promise<Layer> => packAnew(options, context);
  return await takeOrPack({ ...options, format: "tar" }, { cache: options.cache, pack, log: context.log });
}

async function packAnew(
  { entries, compression, mediaType, annotations }: LayerOptions,
  { scratch, signal, progress }: PackingContext,
): Promise<Layer> {
  let total = 0;
  for (const { size } of entries) total += size;
  const onProgress = (done: number): void => progress({ phase: "Packing", item: mediaType, done, total });
  const buffers = pieceBuffers(TAR_PIECE_SIZE);
  const archive = writeTar(entries, { pause: createPauses(signal), takeBuffer: buffers.take });
  const bytes = withProgress(archive, { signal, onProgress });
  const describe = { mediaType, ...(annotations === undefined ? {} : { annotations }) };
  if (compression.kind === "none") {
    const content = await scratch.keep(describe, bytes, GIVEN);
    return { content, diffId: content.descriptor.digest };
  }
  const digester = createDigester();
  const compressed = compress(digested(bytes, digester), { ...compression, takeBack: buffers.give });
  const content = await scratch.keep(describe, compressed, GIVEN).finally(buffers.clear);
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
