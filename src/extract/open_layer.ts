import { asBlob } from "../oci/as_blob.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { embeddedData } from "../oci/embedded_data.ts";
import type { Context } from "../work/context.ts";
import type { BlobReader } from "../store/store.ts";
import { ExtractionError } from "./extraction_error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a layer: from its descriptor when that carries the content, or else from the store. The stream errors instead
 * of ending when the bytes are not the ones that the descriptor names.
 *
 * Other places that a descriptor names are never asked: whoever wrote it could send us anywhere.
 *
 * @throws {ExtractionError} When the store does not have a layer that is said to be elsewhere.
 */
export async function openLayer(
  store: BlobReader,
  layer: Descriptor,
  context: Context,
): Promise<ReadableStream<Bytes>> {
  const embedded = embeddedData(layer);
  if (embedded !== undefined) return ReadableStream.from([embedded]);
  const blob = asBlob(layer);
  if (layer.urls !== undefined && !await store.exists(blob, context)) {
    throw new ExtractionError(
      "layer",
      `Cannot read layer ${layer.digest} of ${store.url}: it is said to be elsewhere, and other places are not asked`,
    );
  }
  return (await store.fetch(blob, context)).pipeThrough(told(`${store.url}@${layer.digest}`, layer, context));
}

/** Tells how far the reading is. */
function told(item: string, { size: total }: Descriptor, { progress }: Context): TransformStream<Bytes, Bytes> {
  let done = 0;
  return new TransformStream({
    transform(piece, controller): void {
      done += piece.byteLength;
      progress({ item, done, total });
      controller.enqueue(piece);
    },
  });
}
