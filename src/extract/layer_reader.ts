import type { Descriptor } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import { inParallel } from "../work/together.ts";
import type { BlobReader } from "../store/store.ts";
import { openLayer } from "./open_layer.ts";
import { readBytes } from "../oci/bytes/read.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads layers one after the other. */
export interface LayerReader {
  /** Opens a layer, each once and in their order; the number counts from 0. */
  open(at: number): Promise<ReadableStream<Bytes>>;
}

/** Layers up to this size are read into memory before it is their turn, several at a time. */
const SMALL_SIZE = 1024 * 1024;
/** How many bytes are read ahead. */
const AHEAD_SIZE = 16 * SMALL_SIZE;

/**
 * Makes a reader of layers. A bundle of policies has a layer for each file; one request after the other would take most
 * of the time for waiting.
 *
 * @param concurrency How many small layers are read at a time.
 */
export function createLayerReader(
  store: BlobReader,
  layers: readonly Descriptor[],
  { concurrency, context }: { readonly concurrency: number; readonly context: Context },
): LayerReader {
  const ahead = new Map<number, Bytes>();

  async function readAhead(from: number): Promise<void> {
    const batch: [at: number, layer: Descriptor][] = [];
    let size = 0;
    for (let at = from; at < layers.length; at++) {
      const layer = layers[at];
      if (layer === undefined || !isSmall(layer) || size + layer.size > AHEAD_SIZE) break;
      size += layer.size;
      batch.push([at, layer]);
    }
    await inParallel(batch, concurrency, async ([at, layer]) => {
      ahead.set(at, await readBytes(await openLayer(store, layer, context)));
    });
  }

  return {
    async open(at): Promise<ReadableStream<Bytes>> {
      const layer = layers[at];
      if (layer === undefined) throw new RangeError(`Cannot read layer ${at}: there are ${layers.length}`);
      if (!isSmall(layer)) return await openLayer(store, layer, context);
      if (!ahead.has(at)) await readAhead(at);
      const bytes = ahead.get(at);
      ahead.delete(at);
      return ReadableStream.from(bytes === undefined ? [] : [bytes]);
    },
  };
}

function isSmall({ size }: Descriptor): boolean {
  return size <= SMALL_SIZE;
}
