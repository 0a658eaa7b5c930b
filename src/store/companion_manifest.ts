import { bytesContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { IMAGE_CONFIG_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";

/** A manifest of layers that stand beside an artifact, with its config. */
export interface CompanionManifest {
  /** Goes behind the tag. It has no subject. */
  readonly manifest: Content;
  /** What verifiers want to be able to parse. */
  readonly config: Content;
}

/**
 * Makes the manifest that stands behind a tag such as `sha256-….sig`. The same layers always give the same bytes.
 *
 * @throws {RangeError} When there are more layers than fit into a manifest.
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md | cosign signature specification}
 */
export function companionManifest(layers: readonly Descriptor[]): CompanionManifest {
  const config = bytesContent(IMAGE_CONFIG_MEDIA_TYPE, imageConfig(layers));
  const bytes = encodeManifest({ config: config.descriptor, layers });
  return { manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes), config };
}

/** An image's config without an image, byte for byte as go-containerregistry writes it for cosign. */
function imageConfig(layers: readonly Descriptor[]): Uint8Array<ArrayBuffer> {
  const created = "0001-01-01T00:00:00Z";
  return new TextEncoder().encode(JSON.stringify({
    architecture: "",
    config: {},
    created,
    history: layers.map(() => ({ created })),
    os: "",
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  }));
}
