import { bytesContent } from "../../src/oci/bytes_content.ts";
import { encodeManifest } from "../../src/oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Artifact } from "../../src/pipeline/values.ts";

/** An artifact with one layer that holds a text. The same text gives the same artifact. */
export function sampleArtifact(text: string): Artifact {
  const encode = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
  const config = bytesContent(EMPTY_MEDIA_TYPE, encode("{}"));
  const layers = [bytesContent("text/plain", encode(text))];
  const artifactType = "application/vnd.example.sample.v1";
  const manifest = encodeManifest({
    artifactType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  });
  return {
    source: { location: "." },
    entries: [],
    dropped: [],
    archive: { profile: "generic", config, layers },
    annotations: {},
    manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, manifest, { artifactType }),
  };
}
