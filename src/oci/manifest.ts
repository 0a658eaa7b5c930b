import { compareBytewise } from "./compare_bytewise.ts";
import type { Annotations, Descriptor } from "./descriptor.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "./media_types.ts";

/** How large a manifest may be, in bytes: what registries accept at least, and what gantry reads at most. */
export const MANIFEST_SIZE_LIMIT = 4 * 1024 * 1024;

/**
 * An OCI image manifest: a config, layers and annotations.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md | OCI image-spec 1.1.1, Image Manifest}
 */
export interface Manifest {
  /** The type of the artifact. Flux's and Timoni's artifacts have none. */
  readonly artifactType?: string;
  /** The config. */
  readonly config: Descriptor;
  /** The layers, in their order. */
  readonly layers: readonly Descriptor[];
  /** The manifest that this one refers to. */
  readonly subject?: Descriptor;
  /** What else is known of the artifact. */
  readonly annotations?: Annotations;
}

/**
 * Writes a manifest as JSON: no white space, keys in the order of the image-spec, annotations sorted bytewise by key.
 * The same manifest always gives the same bytes, so it always has the same digest.
 *
 * @throws {RangeError} When the JSON is larger than {@linkcode MANIFEST_SIZE_LIMIT}; registries refuse such a manifest.
 */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST_MEDIA_TYPE,
    artifactType: manifest.artifactType,
    config: orderDescriptor(manifest.config),
    layers: manifest.layers.map(orderDescriptor),
    subject: manifest.subject && orderDescriptor(manifest.subject),
    annotations: orderAnnotations(manifest.annotations),
  }));
  if (bytes.byteLength > MANIFEST_SIZE_LIMIT) {
    throw new RangeError(
      `Cannot use a manifest of ${bytes.byteLength} bytes: registries take at most ${MANIFEST_SIZE_LIMIT}`,
    );
  }
  return bytes;
}

/** Gives a descriptor its keys in the order of the image-spec, whatever order the caller wrote them in. */
export function orderDescriptor(descriptor: Descriptor): Record<string, unknown> {
  const { mediaType, digest, size, platform, artifactType, annotations } = descriptor;
  return {
    mediaType,
    digest,
    size,
    annotations: orderAnnotations(annotations),
    platform: platform && { architecture: platform.architecture, os: platform.os, variant: platform.variant },
    artifactType,
  };
}

/** Sorts annotations bytewise by key; no annotations at all is left out, as the spec's own tools do. */
export function orderAnnotations(annotations: Annotations | undefined): Annotations | undefined {
  const pairs = Object.entries(annotations ?? {});
  if (pairs.length === 0) return undefined;
  // `fromEntries` defines the property, so a key such as "__proto__" stays a plain annotation. Keys that look like
  // whole numbers come first in any JavaScript object; they too come in a fixed order.
  return Object.fromEntries(pairs.sort(([a], [b]) => compareBytewise(a, b)));
}
