import type { Platform } from "../oci/descriptor.ts";
import {
  DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
  DOCKER_LAYER_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
} from "../oci/media_types.ts";
import { forLinux, type JudgedArtifact, type SingleArtifact } from "./artifact.ts";
import { type Finding, listed, note, refuse } from "./consumer.ts";

const CONFIG_MEDIA_TYPES: readonly string[] = [IMAGE_CONFIG_MEDIA_TYPE, DOCKER_IMAGE_CONFIG_MEDIA_TYPE];
const LAYER_MEDIA_TYPES: readonly string[] = [
  ...["", "+gzip", "+zstd"].map((suffix) => `${IMAGE_LAYER_MEDIA_TYPE}${suffix}`),
  ...["", ".gzip", ".zstd"].map((suffix) => `${DOCKER_LAYER_MEDIA_TYPE}${suffix}`),
];
const AS_IMAGE = "Publish it with the profile image";

/** What an index has for the usual platform, or else for any. */
export function* chosenImage(
  artifact: JudgedArtifact,
  who: string,
): Generator<Finding, SingleArtifact | undefined, void> {
  if (artifact.kind === "manifest") return artifact;
  const usual = forLinux(artifact);
  if (usual !== undefined) return usual;
  const others = artifact.artifacts.filter(({ descriptor }) => descriptor.platform?.os !== "unknown");
  const other = others.find((each): each is SingleArtifact => each.kind === "manifest");
  if (other === undefined) {
    yield refuse(`${who} finds no image in the index`, AS_IMAGE);
    return undefined;
  }
  const platforms = others.flatMap(({ descriptor: { platform } }) => platform === undefined ? [] : formatted(platform));
  yield note(`${who} takes it on ${platforms.join(", ")} only: the index has nothing for others`);
  return other;
}

function formatted({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/** Whether its config says that it is an image. */
export function hasImageConfig({ manifest: { config } }: SingleArtifact): boolean {
  return CONFIG_MEDIA_TYPES.includes(config.mediaType);
}

/**
 * What makes an image: its config, layers of the known types, and the digest of each before compression.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#rootfs | OCI image-spec 1.1.1, rootfs}
 */
export function* imageShape(artifact: SingleArtifact, who: string): Generator<Finding, void, void> {
  const { manifest: { config }, layers } = artifact;
  if (!hasImageConfig(artifact)) {
    yield refuse(
      `${who} wants the config of an image, ${IMAGE_CONFIG_MEDIA_TYPE}, and it is ${config.mediaType}`,
      AS_IMAGE,
    );
    return;
  }
  const others = layers.map(({ descriptor }) => descriptor.mediaType).filter((type) =>
    !LAYER_MEDIA_TYPES.includes(type)
  );
  if (others.length > 0) {
    yield refuse(`${who} does not know the layer media type ${[...new Set(others)].join(", ")}`, AS_IMAGE);
    return;
  }
  yield* diffIds(artifact, who);
  const broken = layers.filter(({ format, problem }) => format !== "tar" || problem !== undefined);
  if (broken.length > 0) {
    yield refuse(`${who} cannot unpack layer ${listed(broken.map(({ descriptor }) => descriptor.digest))}`, AS_IMAGE);
  }
}

/** The digests of the layers before compression, which the config of an image has to have. */
export function* diffIds({ config, layers }: SingleArtifact, who: string): Generator<Finding, void, void> {
  const expected = diffIdsIn(config);
  if (expected === undefined || expected.length !== layers.length) {
    const found = expected === undefined ? "none" : String(expected.length);
    yield refuse(
      `${who} wants an entry in rootfs.diff_ids of the config for each layer: there are ${layers.length} layers, ` +
        `and ${found} of those`,
      AS_IMAGE,
    );
    return;
  }
  const wrong = layers.filter(({ diffId }, at) => diffId !== undefined && diffId !== expected[at]);
  if (wrong.length > 0) {
    yield refuse(
      `${who} finds another digest in a layer than rootfs.diff_ids of the config says: ${
        listed(wrong.map(({ descriptor }) => descriptor.digest))
      }`,
      AS_IMAGE,
    );
  }
}

function diffIdsIn(config: unknown): readonly unknown[] | undefined {
  const rootfs = fieldOf(config, "rootfs");
  const ids = fieldOf(rootfs, "diff_ids");
  return Array.isArray(ids) ? ids : undefined;
}

/** A field of what may be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
