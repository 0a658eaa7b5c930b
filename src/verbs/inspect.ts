import type { NamedConsumer } from "../consumers/consumers.ts";
import { judge, type Verdict } from "../consumers/judge.ts";
import { findArtifact, type FoundArtifact } from "../extract/find_artifact.ts";
import { parsePlatform } from "../oci/platform.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { type ImageManifest, parseManifest } from "../oci/parse_manifest.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import { meantName, openReader, parsePlace } from "../places/open_store.ts";
import { missingName } from "../store/missing_name.ts";
import type { StoredManifest, StoreReader } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { findReferrers } from "./inspect/find_referrers.ts";
import { type InspectResult, inspectResult } from "./inspect/inspect_result.ts";
import type { LayerFile } from "./inspect/layer_files.ts";
import { consumersOf } from "./judging/consumers_of.ts";
import { storedArtifact } from "./judging/stored_artifact.ts";
import { optionOf } from "./option_of.ts";
import { type Session, withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What to look at. */
export interface ManifestOptions extends VerbOptions {
  /** The artifact: `oci://HOST/REPOSITORY[:TAG][@DIGEST]`, `oci-layout:PATH…` or `oci-archive:PATH…`. */
  readonly source: string;
  /** Which manifest of an index, such as `linux/amd64`; when left out, the index itself is looked at. */
  readonly platform?: string;
}

/** What to look at, and how closely. */
export interface InspectOptions extends ManifestOptions {
  /** Whether the files in its layers are listed. Every layer is read for that. */
  readonly files?: boolean;
  /** Whether to list what refers to it: signatures, SBOMs and the like. */
  readonly referrers?: boolean;
  /** Who is asked whether they accept it, such as `flux` or `argocd,helm`. Every layer is read for that. */
  readonly consumers?: readonly string[];
}

/**
 * Looks at what was published.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {ExtractionError} When its files are asked for, and a layer unpacks to more than any real one.
 * @throws {RegistryError} When a registry refuses.
 */
export async function inspect(options: InspectOptions): Promise<InspectResult> {
  const { files = false, referrers = false } = options;
  const consumers = await consumersOf(options.consumers);
  return await look(options, async (found, session) => {
    const { reference, store, name, root, descriptor, bytes } = found;
    const manifest = parseManifest(bytes, descriptor);
    const index = root.digest === descriptor.digest ? undefined : root;
    const listed = manifest.kind === "index" ? manifest.manifests : [];
    const subjects = [descriptor, ...(index === undefined ? [] : [index]), ...listed];
    return inspectResult({
      reference: formatReference({ ...reference, ...(isDigest(name) ? { digest: name } : { tag: name }) }),
      url: `${store.url}@${descriptor.digest}`,
      descriptor,
      manifest,
      ...(index === undefined ? {} : { index }),
      ...(files && manifest.kind === "manifest" ? { files: await filesOf(found, manifest, session) } : {}),
      ...(referrers ? { referrers: await findReferrers(store, subjects, session) } : {}),
      ...(consumers.length === 0 ? {} : { consumers: await verdictsOn(found, options, { consumers, session }) }),
    });
  });
}

/** Judges what the name stands for, be it an index; with a platform, the manifest for that. */
async function verdictsOn(
  { store, name, root, descriptor, bytes }: Found,
  { platform }: ManifestOptions,
  { consumers, session: { context, concurrency } }: {
    readonly consumers: readonly NamedConsumer[];
    readonly session: Session;
  },
): Promise<readonly Verdict[]> {
  const isRoot = root.digest === descriptor.digest;
  const judged = isRoot || platform !== undefined ? { descriptor, bytes } : await fetchExactly(store, name, context);
  const artifact = await storedArtifact(store, judged, {
    ...(isDigest(name) || judged.descriptor.digest !== root.digest ? {} : { tag: name }),
    signatures: consumers.some(({ asksForSignatures }) => asksForSignatures),
    concurrency,
    context,
  });
  return judge(artifact, consumers);
}

/**
 * Reads a manifest as it is.
 *
 * @returns Its exact bytes, whose digest is the manifest's.
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {RegistryError} When a registry refuses.
 */
export async function readManifest(options: ManifestOptions): Promise<Uint8Array<ArrayBuffer>> {
  return await look(options, ({ bytes }) => Promise.resolve(bytes));
}

/** A manifest, and where it is. */
interface Found extends StoredManifest, Pick<FoundArtifact, "root"> {
  readonly reference: Reference;
  readonly store: StoreReader;
  readonly name: string;
}

/** What a name stands for or, where its files or a platform are asked for, the manifest that it leads to. */
async function look<T>(
  options: InspectOptions,
  use: (found: Found, session: Session) => Promise<T>,
): Promise<T> {
  const { source, files } = options;
  const platform = optionOf(options.platform, parsePlatform);
  const reference = parsePlace(source);
  return await withSession(options, { places: [reference] }, async (session) => {
    const { access, context } = session;
    const opened = await openReader(reference, access);
    await using store = opened.store;
    const name = await meantName(opened, context);
    const stored = files || platform !== undefined
      ? await findArtifact(store, name, platform, context)
      : await fetchExactly(store, name, context);
    return await use({ ...stored, reference, store, name }, session);
  });
}

async function fetchExactly(
  store: StoreReader,
  name: string,
  context: Context,
): Promise<StoredManifest & Pick<FoundArtifact, "root">> {
  const stored = await store.fetchManifest(name, context);
  if (stored === undefined) throw await missingName(store, name, context);
  return { root: stored.descriptor, ...stored };
}

/** What reads layers is loaded where their files are asked for. */
async function filesOf(
  { store }: Found,
  manifest: ImageManifest,
  { context }: Session,
): Promise<ReadonlyMap<Digest, readonly LayerFile[]>> {
  const { layerFiles } = await import("./inspect/layer_files.ts");
  return await layerFiles(store, manifest, context);
}
