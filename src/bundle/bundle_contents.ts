import { bytesContent } from "../oci/bytes_content.ts";
import type { Content } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import { parseDescription } from "./parse_bundle.ts";
import { BUNDLE_MEDIA_TYPE, type BundleDescription, encodeDescription } from "./bundle.ts";

/** The description of a bundle as an artifact. */
export interface BundleContents {
  readonly manifest: Content;
  /** What it says. */
  readonly description: BundleDescription;
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
 * @throws {SyntaxError} When it is a description that {@linkcode parseDescription} refuses.
 */
export function bundleContents(description: BundleDescription): BundleContents {
  const omitted = description.omitted.filter(({ digest }) => digest !== CONFIG.descriptor.digest);
  const bytes = encodeDescription({ ...description, omitted });
  // What nobody could read again must not be written: it would spoil what was in the bundle before, too.
  parseDescription(bytes);
  const layer = bytesContent(BUNDLE_MEDIA_TYPE, bytes);
  const manifest = encodeManifest({
    artifactType: BUNDLE_MEDIA_TYPE,
    config: CONFIG.descriptor,
    layers: [layer.descriptor],
  });
  return {
    manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, manifest, { artifactType: BUNDLE_MEDIA_TYPE }),
    blobs: [CONFIG, layer],
    description: { ...description, omitted },
  };
}
