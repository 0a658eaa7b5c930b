import { bytesContent } from "../oci/bytes_content.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Content } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Step } from "./flow.ts";
import type { Annotator } from "./plugin.ts";
import { blame } from "./stage_error.ts";
import type { Archive, Artifact, Attributed, Packed } from "./values.ts";

/** Gathers annotations, the first annotator to know a key wins, and writes the manifest. */
export function annotate(annotators: readonly Annotator[]): Step<Packed, Artifact> {
  return async (packed, context) => {
    // A map, because a key may be "__proto__".
    const known = new Map<string, Attributed>();
    for (const annotator of annotators) {
      const found = await blame(
        "annotate",
        annotator.name,
        () => annotator.annotate(packed.archive, Object.fromEntries(known), context),
      );
      for (const [key, attributed] of Object.entries(found)) {
        if (!known.has(key)) known.set(key, attributed);
      }
    }
    const sorted = [...known].sort(([a], [b]) => compareBytewise(a, b));
    return {
      ...packed,
      annotations: Object.fromEntries(sorted),
      manifest: manifestOf(packed.archive, sorted),
    };
  };
}

function manifestOf(archive: Archive, annotations: readonly [string, Attributed][]): Content {
  const bytes = encodeManifest({
    ...(archive.artifactType === undefined ? {} : { artifactType: archive.artifactType }),
    config: archive.config.descriptor,
    layers: archive.layers.map((layer) => layer.descriptor),
    annotations: Object.fromEntries(annotations.map(([key, { value }]) => [key, value])),
  });
  const { artifactType } = archive;
  return bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes, artifactType === undefined ? {} : { artifactType });
}
