import type { Descriptor } from "../../oci/descriptor.ts";
import type { ParsedManifest } from "../../oci/parse_manifest.ts";

/** How a manifest is listed in an index: as what it is, and without what another index says of it. */
export function listedAs({ mediaType, digest, size }: Descriptor, { artifactType }: ParsedManifest): Descriptor {
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) };
}
