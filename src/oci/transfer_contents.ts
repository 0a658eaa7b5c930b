import { bytesContent } from "./bytes_content.ts";
import type { Content } from "./descriptor.ts";
import { encodeManifest } from "./manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "./media_types.ts";
import { encodeTransfer, type Transfer, TRANSFER_MEDIA_TYPE } from "./transfer.ts";

/** The description of a bundle as an artifact. */
export interface TransferContents {
  readonly manifest: Content;
  /** The empty config and the layer with the description. */
  readonly blobs: readonly [config: Content, layer: Content];
}

/** Makes the artifact that describes a bundle. The same description gives the same digest. */
export function transferContents(transfer: Transfer): TransferContents {
  const config = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}"));
  const layer = bytesContent(TRANSFER_MEDIA_TYPE, encodeTransfer(transfer));
  const manifest = encodeManifest({
    artifactType: TRANSFER_MEDIA_TYPE,
    config: config.descriptor,
    layers: [layer.descriptor],
  });
  return {
    manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, manifest, { artifactType: TRANSFER_MEDIA_TYPE }),
    blobs: [config, layer],
  };
}
