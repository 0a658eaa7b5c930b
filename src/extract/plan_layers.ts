/**
 * What becomes of the layers of an artifact: each ecosystem has its own way to say where their content belongs.
 */
import {
  COMPOSE_ENV_FILE_ANNOTATION,
  COMPOSE_FILE_ANNOTATION,
  ORAS_CONTENT_UNPACK_ANNOTATION,
  TITLE_ANNOTATION,
} from "../oci/annotation_keys.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import {
  CUE_CONFIG_MEDIA_TYPE,
  CUE_MODULE_FILE_MEDIA_TYPE,
  DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
  EMPTY_MEDIA_TYPE,
  HELM_CHART_MEDIA_TYPE,
  HELM_CONFIG_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
  OPA_CONFIG_MEDIA_TYPE,
  OPENTOFU_MODULE_ARTIFACT_TYPE,
  OPENTOFU_MODULE_MEDIA_TYPE,
  TIMONI_CONFIG_MEDIA_TYPE,
  TIMONI_CONTENT_MEDIA_TYPE,
  TRIVY_LAYER_MEDIA_TYPE,
} from "../oci/media_types.ts";
import type { ImageManifest } from "../oci/parse_manifest.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { LinkPolicy } from "./extraction_rules.ts";

/** What becomes of one layer. */
export type LayerPlan = ArchivePlan | FilePlan | UnknownPlan;

/** An archive that is extracted. */
export interface ArchivePlan {
  readonly kind: "archive";
  readonly layer: Descriptor;
  /** Whether its members take the place of those of earlier layers. */
  readonly replaces?: boolean;
  /** Whether it says what to take away of earlier layers. */
  readonly whiteouts?: boolean;
  /** The path of a directory that all members are in; whoever published it chose the words. */
  readonly title?: string;
  /** Whether all members are in one directory that is left out. */
  readonly strip?: boolean;
  /** What becomes of links when the user does not say. */
  readonly links: LinkPolicy;
}

/** A file with a name. */
export interface FilePlan {
  readonly kind: "file";
  readonly layer: Descriptor;
  readonly path: string;
}

/** A layer without a name: an archive, if it begins like one. */
export interface UnknownPlan {
  readonly kind: "unknown";
  readonly layer: Descriptor;
}

/**
 * Says what becomes of the layers.
 *
 * @param layerTypes Media types or digests of the layers that are wanted; none stands for those that the ecosystem
 *   takes.
 * @throws {ExtractionError} When no layer is left.
 */
export function planLayers(manifest: ImageManifest, layerTypes: readonly string[] = []): readonly LayerPlan[] {
  const layers = selectLayers(manifest, layerTypes);
  switch (manifest.config.mediaType) {
    case IMAGE_CONFIG_MEDIA_TYPE:
    case DOCKER_IMAGE_CONFIG_MEDIA_TYPE:
      return layers.map((layer) => isImageLayer(layer) ? imageLayer(layer) : namedLayer(layer, layers));
    case TIMONI_CONFIG_MEDIA_TYPE:
      return layers.map((layer) =>
        layer.mediaType === TIMONI_CONTENT_MEDIA_TYPE
          ? { kind: "archive", layer, links: "error", replaces: true }
          : namedLayer(layer, layers)
      );
    case HELM_CONFIG_MEDIA_TYPE:
      return layers.map((layer) =>
        isChart(layer) ? { kind: "archive", layer, links: "error", strip: true } : namedLayer(layer, layers)
      );
    case OPA_CONFIG_MEDIA_TYPE:
      // Whatever it is called for those who keep it as a file.
      return layers.map((layer) =>
        isImageLayer(layer) || layer.mediaType === TRIVY_LAYER_MEDIA_TYPE
          ? { kind: "archive", layer, links: "error" }
          : namedLayer(layer, layers)
      );
    default:
      return layers.map((layer) =>
        isModule(layer, manifest) ? { kind: "archive", layer, links: "error" } : namedLayer(layer, layers)
      );
  }
}

/**
 * The layers that are wanted, in their order.
 *
 * @throws {ExtractionError} When there are none; it names the types that there are.
 */
export function selectLayers(
  { layers, config }: ImageManifest,
  layerTypes: readonly string[],
): readonly Descriptor[] {
  const content = layers.filter(({ mediaType }) => mediaType !== EMPTY_MEDIA_TYPE);
  const selected = content.filter((layer) => {
    if (layerTypes.length > 0) return layerTypes.includes(layer.mediaType) || layerTypes.includes(layer.digest);
    // The provenance of a chart stands beside it, and is no part of its tree.
    if (config.mediaType === HELM_CONFIG_MEDIA_TYPE) return isChart(layer);
    // The module file is in the module, too.
    if (config.mediaType === CUE_CONFIG_MEDIA_TYPE) return layer.mediaType !== CUE_MODULE_FILE_MEDIA_TYPE;
    return config.mediaType !== TIMONI_CONFIG_MEDIA_TYPE || layer.mediaType === TIMONI_CONTENT_MEDIA_TYPE;
  });
  if (selected.length > 0) return selected;
  const types = [...new Set(content.map(({ mediaType }) => JSON.stringify(mediaType.slice(0, 150))))].slice(0, 20);
  const wanted = layerTypes.length === 0 ? "with content" : `of type ${layerTypes.join(" or ")}`;
  const there = types.length === 0 ? "there is none at all" : `there are layers of type ${types.join(", ")}`;
  throw new ExtractionError("layer", `Cannot find a layer ${wanted}: ${there}`);
}

const IMAGE_LAYER_REGEXP =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](?:gzip|zstd))?$/;

function isImageLayer({ mediaType }: Descriptor): boolean {
  return IMAGE_LAYER_REGEXP.test(mediaType);
}

function imageLayer(layer: Descriptor): ArchivePlan {
  return { kind: "archive", layer, links: "keep", replaces: true, whiteouts: true };
}

function isChart({ mediaType }: Descriptor): boolean {
  // What Helm wrote before it had media types of its own.
  return mediaType === HELM_CHART_MEDIA_TYPE || mediaType === "application/tar+gzip";
}

/** Whoever pushes a zip with `oras` gives it a title, which says nothing of what OpenTofu makes of it. */
function isModule({ mediaType }: Descriptor, { artifactType }: ImageManifest): boolean {
  return artifactType === OPENTOFU_MODULE_ARTIFACT_TYPE && mediaType === OPENTOFU_MODULE_MEDIA_TYPE;
}

/** As `oras` has it: the title is a path, and an annotation says that the layer is the directory of that path. */
function namedLayer(layer: Descriptor, all: readonly Descriptor[]): LayerPlan {
  const { annotations = {} } = layer;
  const { [ORAS_CONTENT_UNPACK_ANNOTATION]: unpack } = annotations;
  // Compose has names of its own for what others call a title.
  const title = annotations[TITLE_ANNOTATION] ?? annotations[COMPOSE_FILE_ANNOTATION] ??
    annotations[COMPOSE_ENV_FILE_ANNOTATION] ?? "";
  if (title === "") return { kind: "unknown", layer };
  if (unpack === "true") return { kind: "archive", layer, links: "error", title };
  if (all.length === 1 && isOwnArchive(layer, title)) return { kind: "archive", layer, links: "error" };
  return { kind: "file", layer, path: title };
}

/** `oras` unpacks nothing but gzip, so gantry gives the archives that it makes in another way the name of a file. */
function isOwnArchive({ mediaType }: Descriptor, title: string): boolean {
  return mediaType === IMAGE_LAYER_MEDIA_TYPE && title === "content.tar" ||
    mediaType === `${IMAGE_LAYER_MEDIA_TYPE}+zstd` && title === "content.tar.zst";
}
