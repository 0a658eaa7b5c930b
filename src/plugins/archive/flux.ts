import { FLUX_CONFIG_MEDIA_TYPE, FLUX_CONTENT_MEDIA_TYPE } from "../../oci/media_types.ts";
import type { Archiver } from "../../pipeline/plugin.ts";
import type { Archive } from "../../pipeline/values.ts";
import { emptyImageConfig } from "./empty_image_config.ts";
import type { Gzip } from "./compression.ts";
import { packLayer } from "./layer.ts";
import { tree } from "./tree.ts";

/** One gzip layer, as `flux push artifact` makes it and source-controller's OCIRepository reads it. */
export function flux(compression: Gzip): Archiver {
  return {
    name: "flux",
    async archive(entries, context): Promise<Archive> {
      const { content } = await packLayer({
        entries: tree(entries, { root: true, trailingSlash: false }),
        mediaType: FLUX_CONTENT_MEDIA_TYPE,
        compression,
      }, context);
      return { profile: "flux", config: emptyImageConfig(FLUX_CONFIG_MEDIA_TYPE), layers: [content] };
    },
  };
}
