import { createDigester, type Digester } from "../oci/digest.ts";
import type { Cache } from "../cache/cache.ts";
import { TAR_BLOCK_SIZE } from "../oci/tar/header.ts";
import { writeTar } from "../oci/tar/write.ts";
import { createPauses } from "../system/pause.ts";
import type { Context } from "../work/context.ts";
import { withProgress } from "../work/with_progress.ts";
import type { DescribedLayer, Layer } from "./cached_layer.ts";
import { compress } from "./compress.ts";

/** What a layer is made of. */
export interface LayerOptions extends DescribedLayer {
  /** Opens the cache of layers; without it every layer is made anew. */
  readonly cache?: OpenLayerCache | undefined;
}

/** Opens a cache when it is needed; `undefined` when there is none that can be used. */
export type OpenLayerCache = () => Promise<Cache | undefined>;

/** What there is to work with. */
export type PackingContext = Pick<Context, "scratch" | "signal" | "log" | "progress">;

/** How large an archive is worth a place in the cache: a smaller one is packed in the time that it takes to look. */
const WORTH_KEEPING = 1024 * 1024;

/**
 * Writes entries into an archive, compresses it and keeps it until the end of the run; or takes it from the cache, where
 * the same entries were packed before.
 *
 * Everything streams: memory does not grow with the size of the entries.
 *
 * @throws {RangeError} When an entry has not as many bytes as its size says, or there is no such compression level.
 * @throws The reason of `context.signal` when it is aborted.
 */
export async function packLayer(options: LayerOptions, context: PackingContext): Promise<Layer> {
  const total = options.entries.reduce((sum, { size }) => sum + size, 0);
  const pack = (): Promise<Layer> => packAnew(options, total, context);
  const isWorthIt = total + options.entries.length * TAR_BLOCK_SIZE >= WORTH_KEEPING;
  const cache = isWorthIt ? await options.cache?.() : undefined;
  if (cache === undefined) return await pack();
  const { cachedLayer } = await import("./cached_layer.ts");
  return await cachedLayer(options, { cache, pack, log: context.log });
}

async function packAnew(
  { entries, compression, mediaType, annotations }: LayerOptions,
  total: number,
  { scratch, signal, progress }: PackingContext,
): Promise<Layer> {
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
