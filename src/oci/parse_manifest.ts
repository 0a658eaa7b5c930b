/**
 * Manifests and indexes as other tools write them. Whoever wrote them may be hostile, so nothing is believed here.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md | OCI image-spec 1.1.1, Image Manifest}
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md | OCI image-spec 1.1.1, Image Index}
 */
import { parseJsonBytes } from "./parse_json_bytes.ts";
import type { Annotations, Descriptor, Platform } from "./descriptor.ts";
import { type Digest, isDigest } from "./digest.ts";
import { embeddedData } from "./embedded_data.ts";
import type { Manifest } from "./manifest.ts";
import { DOCKER_MANIFEST_LIST_MEDIA_TYPE, MANIFEST_MEDIA_TYPES, OCI_INDEX_MEDIA_TYPE } from "./media_types.ts";
import { isObject } from "./is_object.ts";

/** A manifest: a config and layers. */
export interface ImageManifest extends Manifest {
  readonly kind: "manifest";
  /** OCI's or Docker's media type. */
  readonly mediaType: string;
}

/** An index: a list of manifests. */
export interface IndexManifest {
  readonly kind: "index";
  /** OCI's or Docker's media type. */
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  /** The manifest that this index refers to. */
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

/** What the bytes of a manifest say. */
export type ParsedManifest = ImageManifest | IndexManifest;

/** Tells whether a media type is that of a manifest or an index that gantry reads. */
export function isManifestMediaType(mediaType: string): boolean {
  return MANIFEST_MEDIA_TYPES.includes(mediaType);
}

/**
 * Parses a manifest or an index. Fields that gantry does not know are left out.
 *
 * @param bytes The bytes, already checked against their digest.
 * @param descriptor What led to them; its media type has to agree with what the bytes say of themselves.
 * @throws {SyntaxError} Says what is wrong with it, and names the manifest by its digest.
 */
export function parseManifest(
  bytes: Uint8Array,
  { mediaType, digest }: Pick<Descriptor, "mediaType" | "digest">,
): ParsedManifest {
  try {
    return parseManifestAs(bytes, mediaType);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`Cannot read manifest ${digest}: ${cause.message}`, { cause });
  }
}

/**
 * Parses a manifest or an index that has no digest of its own, such as a registry's list of referrers.
 *
 * @throws {SyntaxError} Says what is wrong, as the last part of a sentence.
 */
export function parseManifestAs(bytes: Uint8Array, mediaType: string): ParsedManifest {
  return parse(parseObject(bytes), mediaType);
}

/** Everything that a manifest consists of, in its own order. Its subject is not a part of it. */
export function manifestParts(manifest: ParsedManifest): readonly Descriptor[] {
  return manifest.kind === "index" ? manifest.manifests : [manifest.config, ...manifest.layers];
}

/** The type of an artifact: its own, or else what its config is. */
export function artifactTypeOf(manifest: ParsedManifest): string | undefined {
  return manifest.artifactType ?? (manifest.kind === "manifest" ? manifest.config.mediaType : undefined);
}

function parse(json: Readonly<Record<string, unknown>>, mediaType: string): ParsedManifest {
  // First of all, because another kind has other fields.
  if (!isManifestMediaType(mediaType)) {
    throw new SyntaxError(`${show(mediaType)} is not a kind of manifest that gantry reads`);
  }
  if (json.schemaVersion !== 2) throw new SyntaxError("its schemaVersion is not 2");
  if (!isAbsent(json.mediaType) && json.mediaType !== mediaType) {
    throw new SyntaxError(`it is called ${show(mediaType)} and calls itself ${show(json.mediaType)}`);
  }
  const { artifactType } = json;
  if (!isAbsent(artifactType) && typeof artifactType !== "string") {
    throw new SyntaxError("its artifactType is not a text");
  }
  const common = {
    mediaType,
    ...(isAbsent(artifactType) || artifactType === "" ? {} : { artifactType }),
    ...(isAbsent(json.subject) ? {} : { subject: parseDescriptor(json.subject, "subject") }),
    ...annotationsOf(json.annotations, "annotations"),
  };
  // What one reader takes for a manifest and another for an index hides content from one of them.
  if (mediaType === OCI_INDEX_MEDIA_TYPE || mediaType === DOCKER_MANIFEST_LIST_MEDIA_TYPE) {
    if (!isAbsent(json.config) || !isAbsent(json.layers)) {
      throw new SyntaxError("it is an index and has a config or layers as a manifest does");
    }
    return { kind: "index", ...common, manifests: parseList(json.manifests, "manifests") };
  }
  if (!isAbsent(json.manifests)) throw new SyntaxError("it is a manifest and lists manifests as an index does");
  return {
    kind: "manifest",
    ...common,
    config: parseDescriptor(json.config, "config"),
    layers: parseList(json.layers, "layers"),
  };
}

function parseList(value: unknown, name: string): readonly Descriptor[] {
  // Go writes a list in which nothing is as null.
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) throw new SyntaxError(`its ${name} are not a list`);
  return value.map((each, at) => parseDescriptor(each, `${name}[${at}]`));
}

function parseDescriptor(value: unknown, name: string): Descriptor {
  if (!isObject(value)) throw new SyntaxError(`its ${name} is not a descriptor`);
  const { mediaType, digest, size, artifactType, data, urls } = value;
  if (typeof mediaType !== "string" || mediaType === "") throw new SyntaxError(`its ${name} has no mediaType`);
  if (typeof digest !== "string" || !isDigest(digest)) {
    throw new SyntaxError(`its ${name} has ${show(digest)} for a digest`);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new SyntaxError(`its ${name} has ${show(size)} for a size`);
  }
  return {
    mediaType,
    digest,
    size,
    ...annotationsOf(value.annotations, `${name}.annotations`),
    ...(typeof artifactType === "string" && artifactType !== "" ? { artifactType } : {}),
    ...platformOf(value.platform),
    ...(isAbsent(data) ? {} : { data: checkedData({ data, digest, size }, name) }),
    ...(Array.isArray(urls) && urls.length > 0 ? { urls: urls.filter((url) => typeof url === "string") } : {}),
  };
}

/** Embedded content is believed by whoever reads the descriptor, so it is held to the digest here. */
function checkedData(
  { data, ...named }: { readonly data: unknown; readonly digest: Digest; readonly size: number },
  name: string,
): string {
  if (typeof data !== "string") throw new SyntaxError(`its ${name} has data that are not a text`);
  try {
    embeddedData({ ...named, data });
    return data;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`its ${name} is wrong: ${cause.message}`, { cause });
  }
}

function annotationsOf(value: unknown, name: string): { readonly annotations?: Annotations } {
  if (isAbsent(value)) return {};
  if (!isObject(value) || !Object.values(value).every((each) => typeof each === "string")) {
    throw new SyntaxError(`its ${name} are not texts by name`);
  }
  return { annotations: value as Annotations };
}

/** A platform that is not one chooses nothing, and does no harm. */
function platformOf(value: unknown): { readonly platform?: Platform } {
  if (!isObject(value)) return {};
  const { architecture, os, variant } = value;
  if (typeof architecture !== "string" || typeof os !== "string") return {};
  return { platform: { architecture, os, ...(typeof variant === "string" && variant !== "" ? { variant } : {}) } };
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJsonBytes(bytes);
  if (!isObject(value)) throw new SyntaxError("it is not a JSON object");
  return value;
}

/** Many a tool writes what there is nothing of as null. */
function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 150 ? `${text.slice(0, 150)}…` : text;
}
