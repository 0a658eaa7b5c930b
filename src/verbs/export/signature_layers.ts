import type { Digest } from "../../oci/digest.ts";
import { DSSE_ENVELOPE_MEDIA_TYPE, SIGSTORE_BUNDLE_PREFIX, SIMPLE_SIGNING_MEDIA_TYPE } from "../../oci/media_types.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { readBytes } from "../../oci/bytes/read.ts";
import type { ArtifactGraph } from "../../store/graph.ts";

/**
 * The layers in which signatures and attestations are: sigstore's bundles, and what cosign keeps behind its tags. A
 * graph takes all blobs for the same, so the manifests are asked once more.
 */
export async function signatureLayers(graphs: readonly ArtifactGraph[]): Promise<ReadonlySet<Digest>> {
  const digests = new Set<Digest>();
  for (const { content } of graphs.flatMap(({ manifests }) => manifests.flat())) {
    const manifest = parseManifest(await readBytes(content.open()), content.descriptor);
    if (manifest.kind === "index") continue;
    for (const { mediaType, digest } of manifest.layers) if (isSignature(mediaType)) digests.add(digest);
  }
  return digests;
}

function isSignature(mediaType: string): boolean {
  return mediaType.startsWith(SIGSTORE_BUNDLE_PREFIX) || COSIGN_LAYERS.includes(mediaType);
}

/** What stands behind cosign's tags `.sig` and `.att`. */
const COSIGN_LAYERS: readonly string[] = [SIMPLE_SIGNING_MEDIA_TYPE, DSSE_ENVELOPE_MEDIA_TYPE];
