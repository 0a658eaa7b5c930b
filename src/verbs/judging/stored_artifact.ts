import type { JudgedArtifact, JudgedLayer, Signature, Signatures } from "../../consumers/artifact.ts";
import type { Meter } from "../../extract/meter.ts";
import { openLayer } from "../../extract/open_layer.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { type ImageManifest, parseManifest } from "../../oci/parse_manifest.ts";
import { companionTags } from "../../store/companion_tags.ts";
import type { StoredManifest, StoreReader } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { layerMeter, lookAtLayer } from "./look_at_layer.ts";
import { readConfig } from "./read_config.ts";

/** How an artifact is looked at. */
export interface LookingOptions {
  /** The tag by which it was found, if it was one. */
  readonly tag?: string;
  /** Whether to look for what signs it. */
  readonly signatures: boolean;
  /** How many requests at a time. */
  readonly concurrency: number;
  readonly context: Context;
}

/** How deep indexes may stand in each other, and how many manifests there may be in all of them. */
const DEPTH_LIMIT = 8;
const MANIFEST_LIMIT = 1000;
/** How many manifests may refer to one. */
const REFERRER_LIMIT = 1000;

/**
 * Looks at what was published as its consumers do: all of its layers are read, in all manifests of an index.
 *
 * @throws {RangeError} When there are more manifests than any real artifact has.
 * @throws {ExtractionError} When its layers unpack to more than those of any real one.
 */
export async function storedArtifact(
  store: StoreReader,
  found: StoredManifest,
  { tag, signatures, concurrency, context }: LookingOptions,
): Promise<JudgedArtifact> {
  const meter = layerMeter();
  let count = 0;
  const artifact = await look(found, 0);
  return {
    ...artifact,
    ...(tag === undefined ? {} : { tags: [tag] }),
    ...(signatures ? { signatures: await signaturesOf(found.descriptor.digest) } : {}),
  };

  async function look({ descriptor, bytes }: StoredManifest, depth: number): Promise<JudgedArtifact> {
    if (++count > MANIFEST_LIMIT || depth > DEPTH_LIMIT) {
      throw new RangeError(`Cannot judge ${store.url}@${descriptor.digest}: there are too many manifests in indexes`);
    }
    const manifest = parseManifest(bytes, descriptor);
    if (manifest.kind === "manifest") return await single(descriptor, bytes, manifest);
    const artifacts: JudgedArtifact[] = [];
    for (const child of manifest.manifests) {
      const stored = await store.fetchManifest(child.digest, context);
      // The index says of it what it does not say itself: its platform.
      if (stored !== undefined) artifacts.push(await look({ ...stored, descriptor: child }, depth + 1));
    }
    return { kind: "index", descriptor, manifest, artifacts };
  }

  async function single(descriptor: Descriptor, bytes: Uint8Array, manifest: ImageManifest): Promise<JudgedArtifact> {
    const layers: JudgedLayer[] = [];
    for (const layer of manifest.layers) layers.push(await lookAtStored(store, layer, meter, context));
    return {
      kind: "manifest",
      descriptor,
      manifest,
      saysMediaType: "mediaType" in JSON.parse(new TextDecoder().decode(bytes)),
      ...await readConfig(manifest.config, () => openLayer(store, manifest.config, context)),
      layers,
    };
  }

  async function signaturesOf(subject: Digest): Promise<Signatures> {
    const listed = await store.referrers(subject, context);
    if (listed.length > REFERRER_LIMIT) {
      const limit = `more than ${REFERRER_LIMIT} refer to it`;
      throw new RangeError(`Cannot look for signatures of ${store.url}@${subject}: ${limit}`);
    }
    const referrers = await inParallel(listed, concurrency, ({ digest }) => signatureAt(digest));
    const [tagged] = await inParallel(companionTags(subject).filter(isSignatureTag), concurrency, signatureAt);
    return { referrers: referrers.filter((each) => each !== undefined), ...(tagged === undefined ? {} : { tagged }) };
  }

  async function signatureAt(name: string): Promise<Signature | undefined> {
    const stored = await store.fetchManifest(name, context);
    if (stored === undefined) return undefined;
    const manifest = parseManifest(stored.bytes, stored.descriptor);
    if (manifest.kind === "index") return undefined;
    const { artifactType, annotations = {}, layers } = manifest;
    const { digest } = stored.descriptor;
    return { digest, ...(artifactType === undefined ? {} : { artifactType }), annotations, layers };
  }
}

async function lookAtStored(
  store: StoreReader,
  layer: Descriptor,
  meter: Meter,
  context: Context,
): Promise<JudgedLayer> {
  return await lookAtLayer(layer, await openLayer(store, layer, context), { meter, context });
}

function isSignatureTag(tag: string): boolean {
  return tag.endsWith(".sig");
}
