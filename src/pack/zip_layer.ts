import type { Annotations, Content } from "../oci/descriptor.ts";
import type { Entry } from "../pipeline/entry.ts";
import { createPauses } from "../system/pause.ts";
import type { Layer } from "./cached_layer.ts";
import type { Gzip } from "./compression.ts";
import type { PackingContext } from "./layer.ts";
import { type OpenLayerCache, takeOrPack } from "./layer_cache.ts";
import { tree } from "./tree.ts";
import { writeZip } from "./zip.ts";

/** What a zip is made of. */
export interface ZipLayerOptions {
  /** What is in it, in this order. */
  readonly entries: readonly Entry[];
  /** How hard and with how many hands to compress: the same deflate as that of gzip. */
  readonly compression: Gzip;
  /** The media type of the zip. */
  readonly mediaType: string;
  /** The annotations of its descriptor. */
  readonly annotations?: Annotations;
  /** Opens the cache of layers; without it every layer is made anew. */
  readonly cache?: OpenLayerCache | undefined;
}

/**
 * Writes entries into a zip and keeps it until the end of the run; or takes it from the cache, where the same entries
 * were packed before.
 *
 * Everything streams: memory does not grow with the size of the entries.
 *
 * @throws {RangeError} When an entry has not as many bytes as its size says, or there is no such compression level.
 * @throws {TypeError} When the name of an entry cannot stand in a zip.
 * @throws The reason of `context.signal` when it is aborted.
 */
export async function packZip(options: ZipLayerOptions, context: PackingContext): Promise<Content> {
  const { cache, entries } = options;
  const { content } = await takeOrPack(
    { ...options, format: "zip", entries: tree(entries, { root: false, trailingSlash: false }) },
    { cache, log: context.log, pack: () => packAnew(options, context) },
  );
  return content;
}

async function packAnew(
  { entries, compression: { level, workers }, mediaType, annotations }: ZipLayerOptions,
  { scratch, signal, progress }: PackingContext,
): Promise<Layer> {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const bytes = writeZip(entries, {
    level,
    workers,
    pause: createPauses(signal),
    onProgress(done): void {
      signal.throwIfAborted();
      progress({ phase: "Packing", item: mediaType, done, total });
    },
  });
  const describe = { mediaType, ...(annotations === undefined ? {} : { annotations }) };
  // Nobody else reads what the writer gives.
  const content = await scratch.keep(describe, bytes, { given: true });
  return { content, diffId: content.descriptor.digest };
}
