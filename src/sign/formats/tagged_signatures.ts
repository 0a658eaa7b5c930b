/**
 * Signatures behind the tag `sha256-….sig`: a layer each of the manifest that stands there.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md | cosign signature specification}
 */
import { COSIGN_SIGNATURE_ANNOTATION } from "../../oci/annotation_keys.ts";
import { bytesContent } from "../../oci/bytes_content.ts";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import { SIMPLE_SIGNING_MEDIA_TYPE } from "../../oci/media_types.ts";
import type { ParsedManifest } from "../../oci/parse_manifest.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** A signature in the manifest. */
export interface TaggedSignature {
  /** The layer: the payload that was signed, with its signature for an annotation. */
  readonly layer: Descriptor;
  /** The signature of the payload's bytes. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Makes the layer of a signature: the payload that was signed. */
export function signatureLayer(payload: Uint8Array<ArrayBuffer>, signature: Uint8Array): Content {
  const annotations = { [COSIGN_SIGNATURE_ANNOTATION]: toBase64(signature) };
  return bytesContent(SIMPLE_SIGNING_MEDIA_TYPE, payload, { annotations });
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
