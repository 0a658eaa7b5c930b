import { bytesContent } from "../../oci/bytes_content.ts";
import { IMAGE_CONFIG_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE } from "../../oci/media_types.ts";
import type { Contents, Factory } from "../../pipeline/plugin.ts";
import { compressedMediaType } from "./compression.ts";
import {
  type ArchiveMeans,
  chosenCompression,
  type CompressionChoice,
  compressionFields,
} from "./compression_choice.ts";
import { packLayer } from "./layer.ts";
import { tree } from "./tree.ts";

/**
 * A container image with the files and nothing else, as `FROM scratch` and `COPY` make it. The config has real
 * `diff_ids`, so every image tool takes it.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md | OCI image-spec 1.1.1, Image Configuration}
 */
export function image(means: ArchiveMeans = {}): Factory<"archive", CompressionChoice> {
  return (kit) =>
    kit.plugin({
      name: "image",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A container image with the files and nothing else.",
      options: kit.z.strictObject(compressionFields(kit)),
      async run({ entries }, choice, context): Promise<Contents> {
        const compression = chosenCompression(choice, means);
        const { content, diffId } = await packLayer({
          entries: tree(entries, { root: false, trailingSlash: true }),
          mediaType: compressedMediaType(IMAGE_LAYER_MEDIA_TYPE, compression),
          compression,
        }, context);
        // The platform of a manifests-only image says nothing about its files; tools choose linux/amd64 by default.
        const config = JSON.stringify({
          architecture: "amd64",
          os: "linux",
          config: {},
          rootfs: { type: "layers", diff_ids: [diffId] },
        });
        return { config: bytesContent(IMAGE_CONFIG_MEDIA_TYPE, new TextEncoder().encode(config)), layers: [content] };
      },
    });
}
