import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import { isManifestMediaType, manifestParts, type ParsedManifest, parseManifest } from "../oci/parse_manifest.ts";
import { listedAs } from "./index.ts";

/** A manifest that was found among blobs. */
export interface FoundManifest {
  /** How it is listed. */
  readonly descriptor: Descriptor;
  /** What it consists of. */
  readonly parts: readonly Descriptor[];
  /** What it refers to. */
  readonly subject?: Descriptor;
}

/**
 * Reads a blob of which nothing says what it is as a manifest.
 *
 * @returns `undefined` when it is none, as most blobs are.
 */
export function manifestIn(bytes: Uint8Array, digest: Digest): FoundManifest | undefined {
  // Most blobs that are none are compressed.
  if (bytes[0] !== "{".charCodeAt(0)) return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const mediaType = mediaTypeOf(json);
    if (mediaType === undefined) return undefined;
    const manifest: ParsedManifest = parseManifest(bytes, { mediaType, digest });
    const descriptor = listedAs({ mediaType, digest, size: bytes.byteLength }, manifest);
    const { subject } = manifest;
    return { descriptor, parts: manifestParts(manifest), ...(subject === undefined ? {} : { subject }) };
  } catch {
    return undefined;
  }
}

/** Manifests of OCI need not say what they are. */
function mediaTypeOf(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null || !("schemaVersion" in json)) return undefined;
  if ("mediaType" in json) {
    return typeof json.mediaType === "string" && isManifestMediaType(json.mediaType) ? json.mediaType : undefined;
  }
  if ("manifests" in json) return OCI_INDEX_MEDIA_TYPE;
  return "config" in json && "layers" in json ? OCI_MANIFEST_MEDIA_TYPE : undefined;
}
