import { isObject } from "../../oci/is_object.ts";
import { DEFAULT_EXTRACTION_RULES, type ExtractionRules } from "../../extract/extraction_rules.ts";
import { ExtractionError } from "../../extract/extraction_error.ts";
import { hashArtifact, type HashedFile, type HashedTree } from "../../extract/hash_artifact.ts";
import { openLayer } from "../../extract/open_layer.ts";
import {
  CREATED_ANNOTATION,
  CUE_COMMIT_ANNOTATION,
  CUE_COMMIT_TIME_ANNOTATION,
  ORAS_CONTENT_DIGEST_ANNOTATION,
  REF_NAME_ANNOTATION,
  REVISION_ANNOTATION,
  VERSION_ANNOTATION,
} from "../../oci/annotation_keys.ts";
import { readContent } from "../../oci/bytes_content.ts";
import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Annotations, Content, Descriptor } from "../../oci/descriptor.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import { type ImageManifest, parseManifest } from "../../oci/parse_manifest.ts";
import { readBytes } from "../../oci/bytes/read.ts";
import type { Artifact } from "../../pipeline/values.ts";
import type { Profile } from "../../profiles/profile.ts";
import type { BlobReader, StoreReader } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";

/** An artifact that was published. */
export interface PublishedArtifact {
  readonly store: StoreReader;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
}

/** What is told from another by nothing but when, and of which commit, it was made. */
const PASSING: readonly string[] = [
  CREATED_ANNOTATION,
  REVISION_ANNOTATION,
  VERSION_ANNOTATION,
  REF_NAME_ANNOTATION,
  CUE_COMMIT_ANNOTATION,
  CUE_COMMIT_TIME_ANNOTATION,
];

/**
 * Compares what a consumer would see of an artifact with what was published: types, annotations, the config, and every
 * file with its executable bit and every empty directory. Neither how layers were compressed or in which order an
 * archive is counts, nor version, revision and time.
 *
 * @returns The first thing that differs, as the end of a sentence; `undefined` when nothing does.
 */
export async function contentDifference(
  artifact: Artifact,
  { store, descriptor, manifest }: PublishedArtifact,
  { profile, context }: { readonly profile: Profile; readonly context: Context },
): Promise<string | undefined> {
  if (descriptor.digest === artifact.manifest.descriptor.digest) return undefined;
  const ours = parseManifest(await readContent(artifact.manifest), artifact.manifest.descriptor);
  if (ours.kind === "index") throw new TypeError("Cannot compare an index: a push makes a manifest");
  const packed = packedReader(artifact);
  return manifestDifference(ours, manifest) ??
    await configDifference(
      { store: packed, descriptor: ours.config },
      { store, descriptor: manifest.config },
      context,
    ) ??
    await filesDifference({ store: packed, manifest: ours }, { store, manifest }, { profile, context });
}

function manifestDifference(ours: ImageManifest, theirs: ImageManifest): string | undefined {
  if (ours.artifactType !== theirs.artifactType) return "the artifact type";
  if (ours.config.mediaType !== theirs.config.mediaType) return "the config's media type";
  const layers = [ours, theirs].map(({ layers }) =>
    layers.map(({ mediaType, annotations }) => [mediaType, settled(annotations)] as const)
  );
  if (!isSameJson(layers[0], layers[1])) return "the layers' types or annotations";
  const [before, after] = [settled(theirs.annotations), settled(ours.annotations)];
  const key = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareBytewise)
    .find((key) => before[key] !== after[key]);
  return key === undefined ? undefined : `the annotation ${JSON.stringify(key)}`;
}

/** Without what passes, and sorted. */
function settled(annotations: Annotations = {}): Annotations {
  const entries = Object.entries(annotations)
    .filter(([key]) => !PASSING.includes(key) && key !== ORAS_CONTENT_DIGEST_ANNOTATION)
    .sort(([a], [b]) => compareBytewise(a, b));
  return Object.fromEntries(entries);
}

interface StoredConfig {
  readonly store: BlobReader;
  readonly descriptor: Descriptor;
}

async function configDifference(
  ours: StoredConfig,
  theirs: StoredConfig,
  context: Context,
): Promise<string | undefined> {
  if (ours.descriptor.digest === theirs.descriptor.digest) return undefined;
  if (theirs.descriptor.size > MANIFEST_SIZE_LIMIT) return "the config";
  const [own, other] = await Promise.all([ours, theirs].map(async ({ store, descriptor }) => {
    const text = new TextDecoder().decode(await readBytes(await openLayer(store, descriptor, context)));
    try {
      return settledConfig(JSON.parse(text));
    } catch {
      return text;
    }
  }));
  return isSameJson(own, other) ? undefined : "the config";
}

/** What the config of an image says beyond its layers, which are compared by themselves. */
function settledConfig(config: unknown): unknown {
  if (!isObject(config)) return config;
  const { created: _created, history: _history, rootfs: _rootfs, ...rest } = config;
  const inner = isObject(rest["config"]) ? rest["config"] : {};
  const labels = isObject(inner["Labels"]) ? { Labels: settled(inner["Labels"] as Annotations) } : {};
  return sorted("config" in rest ? { ...rest, config: { ...inner, ...labels } } : rest);
}

/** Sorted by key, without what says nothing: tools differ in whether they leave it out. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const)
    .filter(([, inner]) => inner !== null && inner !== "" && !(isObject(inner) && Object.keys(inner).length === 0))
    .sort(([a], [b]) => compareBytewise(a, b));
  return Object.fromEntries(entries);
}

interface StoredLayers {
  readonly store: BlobReader;
  readonly manifest: ImageManifest;
}

async function filesDifference(
  ours: StoredLayers,
  theirs: StoredLayers,
  { profile, context }: { readonly profile: Profile; readonly context: Context },
): Promise<string | undefined> {
  const digests = ({ manifest }: StoredLayers): readonly string[] => manifest.layers.map(({ digest }) => digest);
  if (isSameJson(digests(ours), digests(theirs))) return undefined;
  try {
    const [own, other] = [await treeOf(ours), await treeOf(theirs)];
    const paths = [...new Set([...own.files.keys(), ...other.files.keys()])].sort(compareBytewise);
    for (const path of paths) {
      if (!await isSameFile(path, own.files.get(path), other.files.get(path))) return JSON.stringify(path);
    }
    return isSameJson(own.emptyDirectories.toSorted(compareBytewise), other.emptyDirectories.toSorted(compareBytewise))
      ? undefined
      : "its empty directories";
  } catch (error) {
    if (!(error instanceof ExtractionError)) throw error;
    return `what cannot be compared (${error.message})`;
  }

  async function treeOf({ store, manifest }: StoredLayers): Promise<HashedTree> {
    const { passing } = profile;
    return await hashArtifact(store, { manifest }, {
      rules: RULES,
      concurrency: 4,
      ...(passing === undefined
        ? {}
        : { keep: { limit: MANIFEST_SIZE_LIMIT, wants: (path: string): boolean => path === passing.path } }),
    }, context);
  }

  async function isSameFile(path: string, own?: HashedFile, other?: HashedFile): Promise<boolean> {
    if (own?.kind !== "file" || other?.kind !== "file") {
      return own?.kind === "link" && other?.kind === "link" && own.target === other.target;
    }
    if ((own.executable ?? false) !== (other.executable ?? false)) return false;
    if (own.digest === other.digest) return true;
    const { passing } = profile;
    if (path !== passing?.path || own.open === undefined || other.open === undefined) return false;
    const [before, after] = await Promise.all([other.open, own.open].map(async (open) => {
      return passing.without(await readBytes(open()));
    }));
    return before === after;
  }
}

/** Names are nobody's business where nothing is written. */
const RULES: ExtractionRules = { ...DEFAULT_EXTRACTION_RULES, names: "any" };

/** Reads blobs that were packed and are nowhere yet. */
function packedReader({ archive: { config, layers } }: Artifact): BlobReader {
  const contents = new Map<string, Content>([config, ...layers].map((each) => [each.descriptor.digest, each]));
  return {
    url: "what was packed",
    exists: ({ digest }) => Promise.resolve(contents.has(digest)),
    fetch({ digest }): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
      const content = contents.get(digest);
      if (content === undefined) throw new TypeError(`Cannot read ${digest}: it was not packed`);
      return Promise.resolve(content.open());
    },
  };
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
