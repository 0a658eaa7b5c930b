import type { Descriptor } from "./descriptor.ts";

/**
 * What a store is told of a config or a layer: that it is a blob.
 *
 * Stores ask for a manifest in another way than for a blob, and go by the media type. Whoever wrote the manifest chose
 * that of its layers: one that is called a manifest is a blob all the same.
 */
export function asBlob({ digest, size, urls, data }: Descriptor): Descriptor {
  return {
    mediaType: "application/octet-stream",
    digest,
    size,
    ...(urls === undefined ? {} : { urls }),
    ...(data === undefined ? {} : { data }),
  };
}
