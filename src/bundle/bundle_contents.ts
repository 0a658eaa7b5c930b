import { bytesContent } from "../oci/bytes_content.ts";
import type { Content } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import { parseTransfer } from "./parse_bundle.ts";
import { encodeTransfer, type Transfer, TRANSFER_MEDIA_TYPE } from "./bundle.ts";

/** The description of a bundle as an artifact. */
export interface TransferContents {
  readonly manifest: Content;
  /** What it says. */
  readonly transfer: Transfer;
  /** The empty config and the layer with the description. */
  readonly blobs: readonly [config: Content, layer: Content];
}

/** The config of every description: where one is, this blob is. */
const CONFIG = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}"));

/**
 * Makes the artifact that describes a bundle. The same description gives the same digest.
 *
 * Its own config is in the bundle whatever else is, so that is never among what is omitted.
 *
 * @throws {SyntaxError} When it is a description that {@linkcode parseTransfer} refuses.
 */
export function transferContents(transfer: Transfer): TransferContents {
  const omitted = transfer.omitted.filter(({ digest }) => digest !== CONFIG.descriptor.digest);
  const bytes = encodeTransfer({ ...transfer, omitted });
  // What nobody could read again must not be written: it would spoil what was in the bundle before, too.
  parseTransfer(bytes);
  const layer = bytesContent(TRANSFER_MEDIA_TYPE, bytes);
  const manifest = encodeManifest({
    artifactType: TRANSFER_MEDIA_TYPE,
    config: CONFIG.descriptor,
    layers: [layer.descriptor],
  });
  return {
    manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, manifest, { artifactType: TRANSFER_MEDIA_TYPE }),
    blobs: [CONFIG, layer],
    transfer: { ...transfer, omitted },
  };
}
