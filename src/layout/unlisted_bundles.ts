import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import { savedImages } from "./cosign_kinds.ts";
import type { LayoutIndex } from "./index.ts";

/**
 * Finds the signatures that are bundles in a layout of `cosign save`: it keeps them among the blobs, and lists none.
 *
 * @param blobs Every blob that is there.
 * @param read Reads one that may be a manifest; one that cannot be read is none here.
 * @returns Nothing for any other layout, of which no blob is looked at then.
 */
export async function unlistedBundles(
  { manifests }: LayoutIndex,
  blobs: () => AsyncIterable<BlobThere> | Iterable<BlobThere>,
  read: (blob: BlobThere) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<readonly Descriptor[]> {
  const images: ReadonlySet<Digest> = new Set(savedImages(manifests));
  const found: Descriptor[] = [];
  if (images.size === 0) return found;
  const { manifestIn } = await import("./manifest_in.ts");
  for await (const blob of blobs()) {
    if (blob.size > MANIFEST_SIZE_LIMIT) continue;
    const bytes = await read(blob).catch(() => undefined);
    const manifest = bytes && manifestIn(bytes, blob.digest);
    if (manifest?.subject !== undefined && images.has(manifest.subject.digest)) found.push(manifest.descriptor);
  }
  return found;
}

type BlobThere = Pick<Descriptor, "digest" | "size">;
