import { shortList } from "../work/amounts.ts";
import type { Descriptor, Platform } from "../oci/descriptor.ts";
import { type ImageManifest, parseManifest } from "../oci/parse_manifest.ts";
import type { Context } from "../work/context.ts";
import { missingName } from "../store/missing_name.ts";
import { NotFoundError, type StoreReader } from "../store/store.ts";
import { checkPlatform } from "./check_platform.ts";
import { ExtractionError } from "./extraction_error.ts";
import { formatPlatform, isPlatform } from "../oci/platform.ts";

/** An artifact that can be extracted. */
export interface FoundArtifact {
  /** What the name stands for: the manifest itself, or an index that leads to it. */
  readonly root: Descriptor;
  /** The manifest. */
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
  /** The bytes of the manifest. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How deep indexes may stand in each other. */
const DEPTH_LIMIT = 8;
/** The annotation by which buildkit marks what is no image but tells about one. */
const REFERENCE_TYPE_ANNOTATION = "vnd.docker.reference.type";

/**
 * Finds the manifest that a name stands for. In an index it is the one for the platform, or else the only one; an image
 * that no index has chosen must be for the platform by its own words.
 *
 * @param name A tag or a digest.
 * @throws {NotFoundError} When there is no such manifest.
 * @throws {ExtractionError} When an index leaves a choice, or it is for another platform; it names the platforms.
 * @throws {SyntaxError} When a manifest is malformed.
 */
export async function findArtifact(
  store: StoreReader,
  name: string,
  platform: Platform | undefined,
  context: Context,
): Promise<FoundArtifact> {
  const found = await store.fetchManifest(name, context);
  if (found === undefined) throw await missingName(store, name, context);
  const root = found.descriptor;
  let descriptor = root;
  let { bytes } = found;
  let parsed = parseManifest(bytes, root);
  for (let depth = 0; parsed.kind === "index"; depth++) {
    if (depth === DEPTH_LIMIT) {
      throw new ExtractionError(
        "index",
        `Cannot choose a manifest of ${store.url}@${root.digest}: there are more than ${depth} indexes in each other`,
      );
    }
    descriptor = choose(parsed.manifests, platform, `${store.url}@${descriptor.digest}`);
    const child = await store.fetchManifest(descriptor.digest, context);
    if (child === undefined) throw new NotFoundError(store.url, descriptor.digest);
    bytes = child.bytes;
    if (bytes.byteLength !== descriptor.size) {
      throw new SyntaxError(
        `Cannot read manifest ${descriptor.digest}: it has ${bytes.byteLength} bytes, and its index says ${descriptor.size}`,
      );
    }
    parsed = parseManifest(bytes, descriptor);
  }
  const { digest } = descriptor;
  if (platform !== undefined && digest === root.digest) {
    await checkPlatform(store, { digest, config: parsed.config }, platform, context);
  }
  return { root, descriptor, manifest: parsed, bytes };
}

function choose(manifests: readonly Descriptor[], wanted: Platform | undefined, index: string): Descriptor {
  const artifacts = manifests.filter((each) => !isAttestation(each));
  const fitting = wanted === undefined ? artifacts : artifacts.filter(({ platform }) => isPlatform(platform, wanted));
  const [first] = fitting;
  if (first !== undefined && fitting.length === 1) return first;
  const exact = fitting.filter(({ platform }) => platform?.variant === wanted?.variant);
  if (wanted !== undefined && exact[0] !== undefined && exact.length === 1) return exact[0];
  const hasPlatforms = artifacts.some(({ platform }) => platform !== undefined);
  const problem = artifacts.length === 0
    ? "there is nothing in the index"
    : wanted === undefined
    ? `it is an index ${hasPlatforms ? "for several platforms" : "of several manifests"}, ${named(artifacts)}`
    : fitting.length === 0
    ? `it is not there for ${formatPlatform(wanted)}, but for ${named(artifacts)}`
    : `there are several for ${formatPlatform(wanted)}: ${named(fitting)}`;
  throw new ExtractionError(hasPlatforms ? "platform" : "index", `Cannot choose a manifest of ${index}: ${problem}`);
}

function isAttestation({ platform, annotations = {} }: Descriptor): boolean {
  return Object.hasOwn(annotations, REFERENCE_TYPE_ANNOTATION) || platform?.os === "unknown";
}

/** Says what there is to choose from; what is for no platform is named by its digest. */
function named(manifests: readonly Descriptor[]): string {
  const names = manifests.map(({ platform, digest }) => platform === undefined ? digest : formatPlatform(platform));
  return shortList(names.map(printable), SHOWN);
}

/** How many platforms an error names. */
const SHOWN = 20;

/** Whoever wrote the index chose the words, and a terminal shows them. */
function printable(text: string): string {
  return JSON.stringify(text.slice(0, 100)).slice(1, -1);
}
