import type { Cache, CacheOptions } from "../cache/cache.ts";
import { TAR_BLOCK_SIZE } from "../oci/tar/header.ts";
import type { Log } from "../work/context.ts";
import type { DescribedLayer, Layer } from "./cached_layer.ts";

/** Opens a cache when it is needed; `undefined` when there is none that can be used. */
export type OpenLayerCache = () => Promise<Cache | undefined>;

/**
 * Makes the function that opens the cache of layers in a directory, once. It is imported only then, because small
 * layers need none.
 */
export function layerCacheIn(directory: string, options: CacheOptions): OpenLayerCache {
  let opened: Promise<Cache | undefined> | undefined;
  return () => opened ??= import("../cache/cache.ts").then(({ openCache }) => openCache(directory, options));
}

/** How a layer comes about. */
export interface LayerMeans {
  /** Opens the cache of layers; without it every layer is made anew. */
  readonly cache?: OpenLayerCache | undefined;
  /** Makes the layer anew. */
  readonly pack: () => Promise<Layer>;
  readonly log: Pick<Log, "debug">;
}

/** How large an archive is worth a place in the cache: a smaller one is packed in the time that it takes to look. */
const WORTH_KEEPING = 1024 * 1024;

/** Takes a layer from the cache, where the same entries were packed before, or packs it. */
export async function takeOrPack(layer: DescribedLayer, { cache: open, pack, log }: LayerMeans): Promise<Layer> {
  const cache = isWorthKeeping(layer) ? await open?.() : undefined;
  if (cache === undefined) return await pack();
  const { cachedLayer } = await import("./cached_layer.ts");
  return await cachedLayer(layer, { cache, pack, log });
}

function isWorthKeeping({ entries }: DescribedLayer): boolean {
  let total = 0;
  for (const { size } of entries) {
    total += TAR_BLOCK_SIZE + size;
    if (total >= WORTH_KEEPING) return true;
  }
  return false;
}
