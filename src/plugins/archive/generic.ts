import {
  ORAS_CONTENT_DIGEST_ANNOTATION,
  ORAS_CONTENT_UNPACK_ANNOTATION,
  TITLE_ANNOTATION,
} from "../../oci/annotation_keys.ts";
import { bytesContent } from "../../oci/bytes_content.ts";
import type { Annotations, Content } from "../../oci/descriptor.ts";
import { EMPTY_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE, UNKNOWN_ARTIFACT_TYPE } from "../../oci/media_types.ts";
import type { Archiver } from "../../pipeline/plugin.ts";
import type { Archive } from "../../pipeline/values.ts";
import { compressedMediaType, type Compression } from "./compression.ts";
import { packLayer } from "./layer.ts";
import { tree } from "./tree.ts";

/** What kind of artifact it is. */
export interface GenericOptions {
  readonly compression: Compression;
  /** The artifact's type (RFC 6838); `application/vnd.unknown.artifact.v1` when left out. */
  readonly artifactType?: string;
}

/**
 * An artifact of any type with one layer, the tree, which `oras pull` unpacks in place.
 *
 * `oras` unpacks gzip and nothing else; with another compression it writes the archive itself to a file.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage | OCI image-spec 1.1.1, Guidelines for Artifact Usage}
 */
export function generic({ compression, artifactType = UNKNOWN_ARTIFACT_TYPE }: GenericOptions): Archiver {
  return {
    name: "generic",
    async archive(entries, context): Promise<Archive> {
      const { content, diffId } = await packLayer({
        entries: tree(entries, { root: true, trailingSlash: false }),
        mediaType: compressedMediaType(IMAGE_LAYER_MEDIA_TYPE, compression),
        compression,
      }, context);
      const layer: Content = {
        ...content,
        descriptor: { ...content.descriptor, annotations: layerAnnotations(compression, diffId) },
      };
      return {
        profile: "generic",
        artifactType,
        config: bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}")),
        layers: [layer],
      };
    },
  };
}

function layerAnnotations({ kind }: Compression, diffId: string): Annotations {
  if (kind !== "gzip") return { [TITLE_ANNOTATION]: kind === "zstd" ? "content.tar.zst" : "content.tar" };
  return {
    // The tree itself, not a directory in it: the digest must not depend on what the source directory is called.
    [TITLE_ANNOTATION]: ".",
    [ORAS_CONTENT_UNPACK_ANNOTATION]: "true",
    [ORAS_CONTENT_DIGEST_ANNOTATION]: diffId,
  };
}
