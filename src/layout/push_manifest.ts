import type { Content } from "../oci/descriptor.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import { verifiedContent } from "../oci/bytes/verified.ts";
import type { Pushed, Store, StoredManifest } from "../store/store.ts";
import type { Context } from "../work/context.ts";

/**
 * Brings a manifest to a layout: as a blob, and one with a subject is listed too, because a layout finds referrers only
 * among what its list leads to.
 */
export async function pushManifest(
  manifest: Content,
  layout: Pick<Store, "url" | "push"> & {
    /** Lists a manifest with a subject. */
    readonly list: (manifest: StoredManifest, context: Context) => Promise<void>;
  },
  context: Context,
): Promise<Pushed> {
  const { descriptor } = manifest;
  const bytes = await readStoredManifest(layout.url, manifest);
  const { subject } = parseManifest(bytes, descriptor);
  const pushed = await layout.push({ descriptor, open: () => new Blob([bytes]).stream() }, context);
  if (subject !== undefined) await layout.list({ descriptor, bytes }, context);
  return pushed;
}

/**
 * Reads a manifest into memory, verified.
 *
 * @param place What errors call the place where it is.
 * @throws {RangeError} When it is too large to be a manifest.
 */
export async function readStoredManifest(place: string, manifest: Content): Promise<Uint8Array<ArrayBuffer>> {
  const { digest, size } = manifest.descriptor;
  const action = `Cannot read manifest ${digest} in ${place}`;
  if (size > MANIFEST_SIZE_LIMIT) {
    throw new RangeError(`${action}: it has ${size} bytes, and ${MANIFEST_SIZE_LIMIT} are the limit`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const piece of verifiedContent(manifest, action)) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
