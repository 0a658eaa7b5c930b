/**
 * The manifest behind the tag `sha256-….sig`: a layer for each signature, and no subject.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md | cosign signature specification}
 */
import { COSIGN_SIGNATURE_ANNOTATION } from "../oci/annotation_keys.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { IMAGE_CONFIG_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE, SIMPLE_SIGNING_MEDIA_TYPE } from "../oci/media_types.ts";
import type { ParsedManifest } from "../oci/parse_manifest.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** A signature in the manifest. */
export interface TaggedSignature {
  /** The layer: the payload that was signed, with its signature for an annotation. */
  readonly layer: Descriptor;
  /** The signature of the payload's bytes. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** A manifest of signatures, with its config. */
export interface SignatureManifest {
  /** Goes behind the tag. */
  readonly manifest: Content;
  /** What verifiers want to be able to parse. */
  readonly config: Content;
}

/** Makes the layer of a signature: the payload that was signed. */
export function signatureLayer(payload: Uint8Array<ArrayBuffer>, signature: Uint8Array): Content {
  const annotations = { [COSIGN_SIGNATURE_ANNOTATION]: toBase64(signature) };
  return bytesContent(SIMPLE_SIGNING_MEDIA_TYPE, payload, { annotations });
}

/** Makes the manifest of these layers. The same layers always give the same bytes. */
export function signatureManifest(layers: readonly Descriptor[]): SignatureManifest {
  const config = bytesContent(IMAGE_CONFIG_MEDIA_TYPE, imageConfig(layers));
  const bytes = encodeManifest({ config: config.descriptor, layers });
  return { manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes), config };
}

/**
 * The signatures in a manifest of that kind. A layer that is none is left out: attestations look alike.
 *
 * @param manifest What stands behind the tag.
 */
export function taggedSignatures(manifest: ParsedManifest): readonly TaggedSignature[] {
  if (manifest.kind === "index") return [];
  return manifest.layers.flatMap((layer) => {
    const written = layer.annotations?.[COSIGN_SIGNATURE_ANNOTATION];
    const signature = written === undefined ? undefined : fromBase64(written);
    if (layer.mediaType !== SIMPLE_SIGNING_MEDIA_TYPE || signature === undefined) return [];
    return [{ layer, signature }];
  });
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
