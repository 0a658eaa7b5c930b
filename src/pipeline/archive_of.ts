import { bytesContent } from "../oci/bytes_content.ts";
import { EMPTY_MEDIA_TYPE, UNKNOWN_ARTIFACT_TYPE } from "../oci/media_types.ts";
import type { Contents } from "./plugin.ts";
import type { Archive } from "./values.ts";

/**
 * Fills in what a plugin may leave out: the empty config, and with it a type, which the spec demands then.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage | OCI image-spec 1.1.1, Guidelines for Artifact Usage}
 */
export function archiveOf({ artifactType: given, config = EMPTY_CONFIG, layers }: Contents, profile: string): Archive {
  const artifactType = given ?? (config.descriptor.mediaType === EMPTY_MEDIA_TYPE ? UNKNOWN_ARTIFACT_TYPE : undefined);
  return { profile, ...(artifactType === undefined ? {} : { artifactType }), config, layers };
}

const EMPTY_CONFIG = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}"));
