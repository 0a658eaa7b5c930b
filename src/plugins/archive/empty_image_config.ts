import { bytesContent } from "../../oci/bytes_content.ts";
import type { Content } from "../../oci/descriptor.ts";

/**
 * The config that current Timoni and Flux write: an image config without content, always the same 115 bytes,
 * `sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe`. Neither of them reads it.
 */
export function emptyImageConfig(mediaType: string): Content {
  return bytesContent(
    mediaType,
    new TextEncoder().encode(
      '{"architecture":"","created":"0001-01-01T00:00:00Z","os":"","rootfs":{"type":"layers","diff_ids":null},"config":{}}',
    ),
  );
}
