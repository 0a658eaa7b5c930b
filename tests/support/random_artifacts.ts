/** Random artifacts that hang together: manifests, indexes of them, and what refers to any of these. */
import fc from "fast-check";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestHex, digestOf } from "../../src/oci/digest.ts";
import {
  DOCKER_MANIFEST_LIST_MEDIA_TYPE,
  DOCKER_MANIFEST_MEDIA_TYPE,
  EMPTY_MEDIA_TYPE,
  HELM_CHART_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { isManifestMediaType } from "../../src/oci/parse_manifest.ts";
import { noise } from "./sample_bytes.ts";
import type { Sample } from "./store_samples.ts";

/** A manifest or an index. */
export interface RandomManifest extends Sample {
  /** What it lists, when it is an index. */
  readonly children: readonly Digest[];
  /** What it refers to, be it there or not. */
  readonly subject?: Digest;
  /** The tag by which it belongs to another one, as cosign has it. */
  readonly tag?: string;
}

/** Annotations that programs give a meaning to, and keys that a careless one trips over. */
const KEYS = [
  "org.opencontainers.image.ref.name",
  "org.opencontainers.image.title",
  "vnd.docker.reference.type",
  "__proto__",
  "constructor",
  "10",
  "",
];
const textArbitrary = fc.string({ unit: "binary", maxLength: 12 });
const annotationsArbitrary = fc.option(
  fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), textArbitrary), textArbitrary, { minKeys: 1, maxKeys: 4 }),
  { nil: undefined },
);
const mediaTypeArbitrary = fc.oneof(
  fc.constantFrom(
    EMPTY_MEDIA_TYPE,
    HELM_CHART_MEDIA_TYPE,
    IMAGE_CONFIG_MEDIA_TYPE,
    // What stands where a blob does is a blob, whatever it is called.
    OCI_MANIFEST_MEDIA_TYPE,
    `${IMAGE_LAYER_MEDIA_TYPE}+gzip`,
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  ),
  fc.stringMatching(/^[a-z]{1,9}\/[a-zA-Z0-9][a-zA-Z0-9.+_-]{0,20}$/),
);

/** A blob, and what a manifest says of it. Few sizes and few seeds: the same one shall come again. */
const partArbitrary = fc.record({
  size: fc.oneof(fc.constantFrom(0, 1, 2, 511, 512, 513), fc.nat(2000), fc.constantFrom(65_536, 150_001)),
  seed: fc.integer({ min: 1, max: 2 }),
  algorithm: fc.constantFrom("sha256", "sha256", "sha512"),
  mediaType: mediaTypeArbitrary,
  annotations: annotationsArbitrary,
  isEmbedded: fc.boolean(),
  urls: fc.option(fc.constant(["https://elsewhere.invalid/blob"]), { nil: undefined }),
});

const wishArbitrary = fc.record({
  isIndex: fc.boolean(),
  isDocker: fc.constantFrom(false, false, true),
  config: partArbitrary,
  layers: fc.array(partArbitrary, { maxLength: 4 }),
  repeatsLayers: fc.boolean(),
  /** Whether a layer is the file of an earlier manifest, and which one. */
  layerAt: fc.option(fc.nat(), { nil: undefined }),
  /** Which earlier manifests an index lists. */
  children: fc.array(
    fc.record({ at: fc.nat(), isEmbedded: fc.boolean(), annotations: annotationsArbitrary }),
    { minLength: 1, maxLength: 4 },
  ),
  /** What else an index lists, as the caches of BuildKit do it. */
  otherChild: fc.option(partArbitrary, { nil: undefined, freq: 3 }),
  /** To which earlier manifest it refers, or to one that is nowhere. */
  subject: fc.oneof(
    fc.constant(undefined),
    fc.constant("nowhere" as const),
    { weight: 4, arbitrary: fc.nat() },
  ),
  /** Which earlier manifest it belongs to by a tag. */
  belongsTo: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.nat()),
  artifactType: fc.option(mediaTypeArbitrary, { nil: undefined }),
  annotations: annotationsArbitrary,
  /** How the JSON is written: nobody may write it again. */
  indent: fc.constantFrom("", " ", "\t"),
  end: fc.constantFrom("", "\n"),
  namesItself: fc.boolean(),
  unknown: fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined }),
});

type Part = typeof partArbitrary extends fc.Arbitrary<infer Value> ? Value : never;
type Wish = typeof wishArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** Up to ten manifests, each after those that it lists, refers to or belongs to. */
export const artifactsArbitrary: fc.Arbitrary<readonly RandomManifest[]> = fc
  .array(wishArbitrary, { minLength: 1, maxLength: 10, size: "max" })
  .map((wishes) => {
    const made: RandomManifest[] = [];
    for (const wish of wishes) made.push(manifestOf(wish, made));
    return made;
  });

function manifestOf(wish: Wish, earlier: readonly RandomManifest[]): RandomManifest {
  const subject = wish.subject === "nowhere" ? NOWHERE : pick(earlier, wish.subject)?.stored.descriptor;
  const owner = pick(earlier, wish.belongsTo);
  const blobs = wish.isIndex ? otherChildOf(wish) : blobsOf(wish, earlier);
  const parts = blobs.map(({ descriptor }) => descriptor);
  const [config, ...layers] = parts;
  const children = wish.isIndex ? wish.children.flatMap((each) => childOf(each, earlier)) : [];
  const own = wish.isIndex
    ? { manifests: [...children, ...parts] }
    : { config, layers: wish.repeatsLayers ? layers.concat(layers) : layers };
  const mediaType = mediaTypeOf(wish);
  const json = {
    schemaVersion: 2,
    // Two media types for the same bytes would be two things with one name.
    ...(wish.namesItself || wish.isDocker ? { mediaType } : {}),
    artifactType: wish.artifactType,
    ...own,
    subject,
    annotations: wish.annotations,
    "org.example.unknown": wish.unknown,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(json, undefined, wish.indent) + wish.end);
  const manifest = bytesContent(mediaType, bytes);
  return {
    blobs,
    manifest,
    stored: { descriptor: manifest.descriptor, bytes },
    children: children.map(({ digest }) => digest),
    ...(subject === undefined ? {} : { subject: subject.digest }),
    ...(owner === undefined ? {} : { tag: companionTag(owner.stored.descriptor.digest) }),
  };
}

/** The tag under which cosign keeps the signature of a manifest. */
export function companionTag(digest: Digest): string {
  return `sha256-${digestHex(digest)}.sig`;
}

const NOWHERE: Descriptor = bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode("nowhere")).descriptor;

function pick(earlier: readonly RandomManifest[], at: number | undefined): RandomManifest | undefined {
  return at === undefined ? undefined : earlier[at % earlier.length];
}

function mediaTypeOf({ isIndex, isDocker }: Wish): string {
  if (isIndex) return isDocker ? DOCKER_MANIFEST_LIST_MEDIA_TYPE : OCI_INDEX_MEDIA_TYPE;
  return isDocker ? DOCKER_MANIFEST_MEDIA_TYPE : OCI_MANIFEST_MEDIA_TYPE;
}

function blobsOf({ config, layers, layerAt }: Wish, earlier: readonly RandomManifest[]): readonly Content[] {
  const manifest = pick(earlier, layerAt)?.stored.bytes;
  const file = manifest === undefined ? [] : [bytesContent("application/json", manifest)];
  return [...[config, ...layers].map(blobOf), ...file];
}

function otherChildOf({ otherChild }: Wish): readonly Content[] {
  return otherChild === undefined || isManifestMediaType(otherChild.mediaType) ? [] : [blobOf(otherChild)];
}

function childOf(
  { at, isEmbedded, annotations }: Wish["children"][number],
  earlier: readonly RandomManifest[],
): readonly Descriptor[] {
  const stored = pick(earlier, at)?.stored;
  if (stored === undefined) return [];
  return [{ ...stored.descriptor, ...(annotations && { annotations }), ...(isEmbedded ? embedded(stored.bytes) : {}) }];
}

function blobOf({ size, seed, algorithm, mediaType, annotations, isEmbedded, urls }: Part): Content {
  const bytes = noise(size, seed);
  const { open } = bytesContent(mediaType, bytes);
  const descriptor = {
    mediaType,
    digest: digestOf(bytes, algorithm),
    size,
    ...(annotations && { annotations }),
    ...(isEmbedded ? embedded(bytes) : {}),
    ...(urls && { urls }),
  };
  return { descriptor, open };
}

/** Embedded content is for what is small. */
function embedded(bytes: Uint8Array<ArrayBuffer>): Pick<Descriptor, "data"> {
  return bytes.byteLength > 4096 ? {} : { data: bytes.toBase64() };
}
