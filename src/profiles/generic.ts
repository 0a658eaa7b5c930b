import {
  ORAS_CONTENT_DIGEST_ANNOTATION,
  ORAS_CONTENT_UNPACK_ANNOTATION,
  TITLE_ANNOTATION,
} from "../oci/annotation_keys.ts";
import type { Annotations, Content } from "../oci/descriptor.ts";
import { IMAGE_LAYER_MEDIA_TYPE, UNKNOWN_ARTIFACT_TYPE } from "../oci/media_types.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { compressedMediaType, type Compression } from "../pack/compression.ts";
import {
  type ArchiveMeans,
  chosenCompression,
  type CompressionChoice,
  compressionFields,
} from "../pack/compression_choice.ts";
import { packLayer } from "../pack/layer.ts";
import { tree } from "../pack/tree.ts";
import type { Profile } from "./profile.ts";

/** Artifacts of any type, for `oras` and everything else. */
export const GENERIC_PROFILE: Profile = {
  signs: [],
  ignoreReading: "git",
  defaultIgnores: [],
  ownRules: [],
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: false,
  compressions: ["gzip", "zstd", "none"],
  takes: ["artifactType"],
  archive: generic,
};

/** What kind of artifact it is. */
export interface GenericChoice extends CompressionChoice {
  /** The artifact's type (RFC 6838). */
  readonly artifactType: string;
}

/**
 * An artifact of any type with one layer, the tree, which `oras pull` unpacks in place.
 *
 * `oras` unpacks gzip and nothing else; with another compression it writes the archive itself to a file.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage | OCI image-spec 1.1.1, Guidelines for Artifact Usage}
 */
export function generic(means: ArchiveMeans = {}): Factory<"archive", GenericChoice> {
  return (kit) =>
    kit.plugin({
      name: "generic",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "One layer and any artifact type, for oras and everything else.",
      options: kit.z.strictObject({
        ...compressionFields(kit),
        artifactType: kit.z.string().min(1).default(UNKNOWN_ARTIFACT_TYPE).describe("The artifact type (RFC 6838)."),
      }),
      async run({ entries }, { artifactType, ...choice }, context): Promise<Contents> {
        const compression = chosenCompression(choice, means);
        const { content, diffId } = await packLayer({
          entries: tree(entries, { root: true, trailingSlash: false }),
          mediaType: compressedMediaType(IMAGE_LAYER_MEDIA_TYPE, compression),
          compression,
          cache: means.cache,
        }, context);
        const layer: Content = {
          ...content,
          descriptor: { ...content.descriptor, annotations: layerAnnotations(compression, diffId) },
        };
        return { artifactType, layers: [layer] };
      },
    });
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
