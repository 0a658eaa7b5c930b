import type { Descriptor, Platform } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import { DOCKER_IMAGE_CONFIG_MEDIA_TYPE, IMAGE_CONFIG_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Context } from "../work/context.ts";
import type { StoreReader } from "../store/store.ts";
import { ExtractionError } from "./extraction_error.ts";
import { openLayer } from "./open_layer.ts";
import { formatPlatform, isPlatform } from "../oci/platform.ts";

/**
 * Makes sure that an image is for the platform that is wanted: its config says so. Artifacts that are no images are for
 * every platform.
 *
 * @param manifest The digest of the manifest, and the config that it names.
 * @throws {ExtractionError} When it is for another one.
 */
export async function checkPlatform(
  store: StoreReader,
  { digest, config }: { readonly digest: Digest; readonly config: Descriptor },
  wanted: Platform,
  context: Context,
): Promise<void> {
  if (![IMAGE_CONFIG_MEDIA_TYPE, DOCKER_IMAGE_CONFIG_MEDIA_TYPE].includes(config.mediaType)) return;
  if (config.size > MANIFEST_SIZE_LIMIT) {
    throw new RangeError(
      `Cannot read config ${config.digest}: it has ${config.size} bytes, and ${MANIFEST_SIZE_LIMIT} are the limit`,
    );
  }
  const own = parseImageConfig(await new Response(await openLayer(store, config, context)).text());
  if (own !== undefined && isPlatform(own, wanted)) return;
  const other = own === undefined ? "says no platform" : `is for ${JSON.stringify(formatPlatform(own).slice(0, 100))}`;
  throw new ExtractionError(
    "platform",
    `Cannot use ${store.url}@${digest} for ${formatPlatform(wanted)}: the image ${other}`,
  );
}

function parseImageConfig(text: string): Platform | undefined {
  try {
    const { os, architecture, variant } = JSON.parse(text);
    if (typeof os !== "string" || typeof architecture !== "string") return undefined;
    return { os, architecture, ...(typeof variant === "string" ? { variant } : {}) };
  } catch {
    return undefined;
  }
}
