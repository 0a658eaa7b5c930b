import type { Cache, Kept } from "../cache/cache.ts";
import type { Annotations, Content } from "../oci/descriptor.ts";
import { createDigester, type Digest, isDigest } from "../oci/digest.ts";
import { DigestMismatchError } from "../oci/bytes/verified.ts";
import { type OpenFile, openFile } from "../system/open_file.ts";
import { saveContent } from "../system/scratch.ts";
import type { Log } from "../work/context.ts";
import { type LayerInput, layerKey } from "./layer_key.ts";

/** A layer, ready to be uploaded. */
export interface Layer {
  /** The compressed archive. */
  readonly content: Content;
  /** The digest of the archive before compression, as an image's config lists it. */
  readonly diffId: Digest;
}

/** What is known of a layer before it is made. */
export interface DescribedLayer extends LayerInput {
  /** The media type of the compressed layer. */
  readonly mediaType: string;
  /** The annotations of its descriptor. */
  readonly annotations?: Annotations;
}

/** Where layers are kept, and how one is made. */
export interface CachedLayerMeans {
  readonly cache: Cache;
  /** Makes the layer anew. */
  readonly pack: () => Promise<Layer>;
  readonly log: Pick<Log, "debug">;
}

/**
 * Gives a layer that was packed before, or packs it and keeps it for the next time.
 *
 * The cache is believed in what a checksum covers: which digest the layer of these entries has. Its bytes are believed
 * when they have that digest, which is looked at before the first of them is given to anybody; otherwise the layer is
 * made anew, and nobody notices but by the time it takes.
 */
export async function cachedLayer(plan: DescribedLayer, { cache, pack, log }: CachedLayerMeans): Promise<Layer> {
  const { mediaType, annotations } = plan;
  const { key, unknown } = layerKey(plan);
  if (key === undefined) {
    log.debug(`The layer is not looked up in the cache: ${JSON.stringify(unknown)} may change without a trace`);
    return await pack();
  }
  const kept = await cache.find(key);
  const known = kept && parseRecord(kept.record);
  if (kept !== undefined && known !== undefined) {
    const { diffId, ...blob } = known;
    log.debug(`Took ${blob.digest} from the cache: nothing has changed since it was packed`);
    const descriptor = { mediaType, ...(annotations === undefined ? {} : { annotations }), ...blob };
    const again = (): Promise<Layer> => {
      log.debug(`What the cache has of ${blob.digest} is damaged or gone: it is packed anew`);
      return packAgain(blob.digest, { cache, key, pack });
    };
    return { content: { descriptor, open: opener(kept, blob, again) }, diffId };
  }
  const layer = await pack();
  const { content, diffId } = layer;
  const { digest, size } = content.descriptor;
  const record: Known = { digest, size, diffId };
  await cache.keep(key, {
    record: JSON.stringify(record),
    size,
    write: (path) => saveContent(content, path),
  });
  return layer;
}

/** What is known of a layer that was packed before. */
interface Known extends Blob {
  readonly diffId: Digest;
}

interface Blob {
  readonly digest: Digest;
  readonly size: number;
}

function parseRecord(text: string): Known | undefined {
  try {
    const { digest, size, diffId } = JSON.parse(text);
    const isKnown = isDigest(digest) && isDigest(diffId) && Number.isSafeInteger(size) && size > 0;
    return isKnown ? { digest, size, diffId } : undefined;
  } catch {
    return undefined;
  }
}

async function packAgain(
  digest: Digest,
  { cache, key, pack }: Pick<CachedLayerMeans, "cache" | "pack"> & { readonly key: string },
): Promise<Layer> {
  await cache.drop(key);
  const layer = await pack();
  if (layer.content.descriptor.digest === digest) return layer;
  throw new DigestMismatchError(
    `Cannot pack the layer again: its digest is ${layer.content.descriptor.digest}, it was ${digest} before`,
  );
}

/** Makes the function that reads a kept layer, or another that was made because that one is of no use. */
function opener({ path }: Kept, blob: Blob, again: () => Promise<Layer>): Layer["content"]["open"] {
  let remade: Promise<Layer> | undefined;
  /** What the file was when it was found to be whole. */
  let verified: string | undefined;

  async function* read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    using file = remade === undefined ? openIfThere(path) : undefined;
    if (file !== undefined && (file.stamp === verified || await isWhole(file, blob))) {
      verified = file.stamp;
      yield* file.read();
    } else {
      const { content } = await (remade ??= again());
      yield* content.open();
    }
  }

  return () => ReadableStream.from(read());
}

function openIfThere(path: string): OpenFile | undefined {
  try {
    return openFile(path);
  } catch {
    return undefined;
  }
}

async function isWhole(file: OpenFile, { digest, size }: Blob): Promise<boolean> {
  if (file.size !== size) return false;
  const digester = createDigester();
  try {
    for await (const piece of file.read()) digester.update(piece);
  } catch {
    return false;
  }
  return digester.digest() === digest;
}
