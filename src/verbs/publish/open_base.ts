import type { Descriptor, Platform } from "../../oci/descriptor.ts";
import { isDigest } from "../../oci/digest.ts";
import { isObject } from "../../oci/is_object.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import {
  DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
  DOCKER_LAYER_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
} from "../../oci/media_types.ts";
import { readContent } from "../../oci/bytes_content.ts";
import { findArtifact } from "../../extract/find_artifact.ts";
import type { BaseConfig, BaseImage } from "../../pack/base_image.ts";
import type { Reference } from "../../oci/reference.ts";
import { meantName, openReader } from "../../places/open_store.ts";
import type { RegistryAccess } from "../../places/registry_access.ts";
import type { StoreReader } from "../../store/store.ts";
import { storedContent } from "../../store/stored_content.ts";
import type { Context } from "../../work/context.ts";

/** A base image whose layers can be read until it is closed. */
export interface OpenedBase extends BaseImage, AsyncDisposable {
  /** Where it is. */
  readonly reference: Reference;
}

/**
 * Opens the image that another one is built on. Its layers are read when they are uploaded, and not where they are
 * already.
 *
 * @param options.platform Which one of an index is meant.
 * @throws {Error} When it is no image, or not for the platform; says what it is.
 */
export async function openBase(
  reference: Reference,
  { platform, access, context }: {
    readonly platform: Platform;
    readonly access: RegistryAccess;
    readonly context: Context;
  },
): Promise<OpenedBase> {
  const opened = await openReader(reference, access);
  const { store } = opened;
  try {
    const name = await meantName(opened, context);
    const { descriptor: { digest }, manifest } = await findArtifact(store, name, platform, context);
    const said = `${store.url}@${digest}`;
    const config = await readConfig(store, manifest.config, { said, context });
    const layers = manifest.layers.map((layer) => storedContent(store, asOciLayer(layer, said), context));
    const { diff_ids: ids } = config.rootfs;
    if (ids.length !== layers.length) {
      throw new Error(
        `Cannot build on ${said}: it has ${layers.length} layers, and its config names ${ids.length}`,
      );
    }
    return { reference, digest, config, layers, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

async function readConfig(
  store: StoreReader,
  descriptor: Descriptor,
  { said, context }: { readonly said: string; readonly context: Context },
): Promise<BaseConfig> {
  const { mediaType, size } = descriptor;
  if (![IMAGE_CONFIG_MEDIA_TYPE, DOCKER_IMAGE_CONFIG_MEDIA_TYPE].includes(mediaType)) {
    throw new Error(`Cannot build on ${said}: it is no image, its config is ${mediaType}`);
  }
  if (size > MANIFEST_SIZE_LIMIT) {
    throw new Error(`Cannot build on ${said}: its config has ${size} bytes, and ${MANIFEST_SIZE_LIMIT} are the limit`);
  }
  const text = new TextDecoder().decode(await readContent(storedContent(store, descriptor, context)));
  const config = parsedConfig(text);
  if (config === undefined) throw new Error(`Cannot build on ${said}: its config is not that of an image`);
  return config;
}

function parsedConfig(text: string): BaseConfig | undefined {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(config) || typeof config["os"] !== "string" || typeof config["architecture"] !== "string") {
    return undefined;
  }
  const { rootfs, history = [], config: runs = {} } = config;
  if (!isObject(rootfs) || !Array.isArray(rootfs["diff_ids"]) || !Array.isArray(history) || !isObject(runs)) {
    return undefined;
  }
  const ids: readonly unknown[] = rootfs["diff_ids"];
  if (!ids.every((id) => typeof id === "string" && isDigest(id))) return undefined;
  const { os, architecture, variant, "os.version": osVersion } = config;
  return {
    os,
    architecture,
    ...(typeof variant === "string" ? { variant } : {}),
    ...(typeof osVersion === "string" ? { "os.version": osVersion } : {}),
    config: runs,
    rootfs: { diff_ids: ids },
    history,
  };
}

/** The same bytes by the name that OCI has for them: one manifest must not mix both. */
function asOciLayer({ mediaType, digest, size, annotations }: Descriptor, said: string): Descriptor {
  const type = mediaType.startsWith(DOCKER_LAYER_MEDIA_TYPE)
    ? `${IMAGE_LAYER_MEDIA_TYPE}${mediaType.slice(DOCKER_LAYER_MEDIA_TYPE.length).replace(".", "+")}`
    : mediaType;
  if (!type.startsWith(IMAGE_LAYER_MEDIA_TYPE)) {
    throw new Error(`Cannot build on ${said}: a layer is ${mediaType}, which is no layer that can be passed on`);
  }
  return { mediaType: type, digest, size, ...(annotations === undefined ? {} : { annotations }) };
}
