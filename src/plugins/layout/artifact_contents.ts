import type { Content } from "../../oci/descriptor.ts";
import type { Artifact } from "../../pipeline/values.ts";

/** What an artifact consists of, each content once: config and layers, and the manifest as the last. */
export function artifactContents({ archive, manifest }: Artifact): readonly Content[] {
  const contents = [archive.config, ...archive.layers, manifest];
  return [...new Map(contents.map((content) => [content.descriptor.digest, content])).values()];
}
