import type { Inventory } from "../bundle/inventory.ts";
import type { BundleDescription, OmittedBlob } from "../bundle/bundle.ts";
import { bundledArtifact } from "../bundle/bundled_artifact.ts";
import { listBundle } from "../layout/bundle/list_bundle.ts";
import type { LayoutPlace } from "../layout/layout.ts";
import { LEAST_VOLUME_SIZE } from "../layout/tar/volumes/header.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { isLayoutReference, isPiped, layoutForms, type LayoutReference } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { openLayout, parsePipedPlace, parsePlace } from "../places/open_store.ts";
import { type Copied, copyGraph, unlisted } from "../store/copy.ts";
import { type ArtifactGraph, readGraph } from "../store/graph.ts";
import type { StoreReader } from "../store/store.ts";
import { counted, formatBytes } from "../work/amounts.ts";
import { inParallel } from "../work/together.ts";
import { sayDone } from "../work/context.ts";
import { errorWithLines } from "./error_with_lines.ts";
import { type ExportResult, exportResult } from "./export/export_result.ts";
import { checkExportNames, type ExportSource, findSources } from "./export/export_sources.ts";
import { type Had, readInventories } from "./export/read_inventories.ts";
import { signatureLayers } from "./export/signature_layers.ts";
import { forArtifacts, type Session, withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";
import { requireAll, requiredSignature, type SignedOptions } from "./verify/require_signatures.ts";

/** What to export, and where to. */
export interface ExportOptions extends VerbOptions, SignedOptions {
  /** The artifacts: `oci://HOST/REPOSITORY[:TAG][@DIGEST]`, `oci-layout:PATH…` or `oci-archive:PATH…`. */
  readonly sources: readonly string[];
  /** The layout that carries them: `oci-layout:PATH` or `oci-archive:PATH`. */
  readonly target: string;
  /** Whether signatures, SBOMs and all else that refers to them stays behind. */
  readonly withoutReferrers?: boolean;
  /** Splits a tar into numbered files of at most so many bytes. */
  readonly volumeSize?: number;
  /** What the target has is left out: results of `inventory`, or the paths of files that hold them. */
  readonly have?: readonly (string | Inventory)[];
  /** Takes the tar that the target `oci-archive:-` stands for. */
  readonly output?: (bytes: Uint8Array) => Promise<void>;
}

/**
 * Puts artifacts from any repositories, each with everything that refers to it, into one layout: a bundle. Nothing is
 * written before all of it was found, and nothing is listed before all of it is there.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotVerifiedError} When an artifact is not signed as it has to be.
 * @throws {RegistryError} When a registry refuses.
 * @throws {SourceReadError} When a source fails while it is read.
 * @throws {Error} When something is missing that belongs to an artifact.
 */
export async function exportBundle(options: ExportOptions): Promise<ExportResult> {
  const { sources: texts, volumeSize, output, have = [] } = options;
  const reference = parseDestination(options);
  if (texts.length === 0) throw new OptionsError(`There is nothing to export to ${options.target}: name it`);
  const places = texts.map(parsePlace);
  const had = await readInventories(have);
  const requireSigned = await requiredSignature(options);
  return await withSession(options, { places }, async (session) => {
    const { context } = session;
    await using opened = new AsyncDisposableStack();
    const place = opened.use(
      await openLayout(reference, {
        keepBlobs: true,
        ...(volumeSize === undefined ? {} : { volumeSize }),
        ...(output === undefined ? {} : { output }),
      }),
    );
    const { sources, gaps } = await findSources(texts, session, opened);
    await requireAll(requireSigned, sources.map(({ store, root }) => ({ store, digest: root.digest })), session);
    const artifacts = await readArtifacts(sources, options, session);
    checkExportNames(artifacts);
    const omitted = await omittedOf(artifacts, { had, place }, session);
    const missing = await missingBlobs(artifacts, { omitted, place }, session);
    const all = [...gaps, ...artifacts.flatMap(({ gaps }) => gaps), ...missing];
    if (all.length > 0) throw errorWithLines(`Cannot export to ${place.url}: not everything is there`, all);

    const copied: Copied[] = [];
    for (const [store, same] of Map.groupBy(artifacts, ({ source }) => source.store)) {
      copied.push(await copyArtifacts(store, same, { omitted, place }, session));
    }
    const description = descriptionOf(artifacts, omitted, options);
    const listed = await listBundle(place, { graphs: artifacts.map(({ graph }) => graph), description }, context);
    await place.commit(context);
    const result = exportResult(place.url, { description, copied, bundle: listed() });
    sayExported(result, session);
    return result;
  });
}

/** An artifact, and what of it is not there. */
interface Artifact {
  readonly source: ExportSource;
  readonly graph: ArtifactGraph;
  readonly gaps: readonly string[];
}

function parseDestination({ target, volumeSize, output }: ExportOptions): LayoutReference {
  const reference = parsePipedPlace(target);
  if (!isLayoutReference(reference)) {
    throw new OptionsError(`Cannot export to ${JSON.stringify(target)}: write ${layoutForms()}`);
  }
  if (reference.tag !== undefined || reference.digest !== undefined) {
    throw new OptionsError(
      `Cannot export to ${JSON.stringify(target)}: each artifact keeps its own tags, so name the layout without one`,
    );
  }
  if (volumeSize !== undefined && reference.kind !== "oci-archive") {
    throw new OptionsError(`Cannot split ${target} into volumes: only a tar is split, write oci-archive:PATH`);
  }
  if (volumeSize !== undefined && volumeSize < LEAST_VOLUME_SIZE) {
    throw new OptionsError(
      `Cannot split ${target} into volumes of ${volumeSize} bytes: a volume has at least ${
        formatBytes(LEAST_VOLUME_SIZE)
      }`,
    );
  }
  if (volumeSize !== undefined && isPiped(reference)) {
    throw new OptionsError("Cannot split oci-archive:- into volumes: a pipe is one piece");
  }
  if (isPiped(reference) && output === undefined) {
    throw new OptionsError(`Cannot export to ${target}: there is no output for its bytes`);
  }
  return reference;
}

async function readArtifacts(
  sources: readonly ExportSource[],
  { withoutReferrers = false }: ExportOptions,
  session: Session,
): Promise<readonly Artifact[]> {
  return await forArtifacts(sources, session, async (source, { context, concurrency }): Promise<Artifact> => {
    const gaps: string[] = [];
    const options = {
      referrers: !withoutReferrers,
      concurrency,
      onMissing: (gap: string): void => void gaps.push(gap),
    };
    const graph = await readGraph(source.store, [source.root.digest], options, context);
    return { source, graph, gaps };
  });
}

/**
 * What the target has, and the layout does not. Manifests always travel: they are small, and say what must be there.
 * So do signatures and attestations: whoever carries the bundle verifies it without a network.
 */
async function omittedOf(
  artifacts: readonly Artifact[],
  { had, place }: { readonly had: Had; readonly place: LayoutPlace },
  { context, concurrency }: Session,
): Promise<ReadonlyMap<Digest, OmittedBlob>> {
  const blobs = new Map(artifacts.flatMap(({ graph }) => graph.blobs).map((blob) => [blob.digest, blob]));
  const signatures = had.size === 0 ? new Set() : await signatureLayers(artifacts.map(({ graph }) => graph));
  const found = await inParallel(blobs.values(), concurrency, async (blob): Promise<readonly OmittedBlob[]> => {
    const { digest, mediaType, size } = blob;
    const at = signatures.has(digest) ? undefined : had.get(digest);
    return at === undefined || await place.exists(blob, context) ? [] : [{ digest, mediaType, size, at }];
  });
  return new Map(found.flat().map((blob) => [blob.digest, blob]));
}

/** Asked before the first byte is fetched: a bundle of gigabytes should not break off at the last of them. */
async function missingBlobs(
  artifacts: readonly Artifact[],
  { omitted, place }: { readonly omitted: ReadonlyMap<Digest, OmittedBlob>; readonly place: LayoutPlace },
  { context, concurrency }: Session,
): Promise<readonly string[]> {
  const asked = new Set<string>();
  const blobs = artifacts.flatMap(({ source, graph }) =>
    wanted(graph, omitted).flatMap((blob) => {
      const key = `${source.store.url}@${blob.digest}`;
      if (asked.has(key)) return [];
      asked.add(key);
      return [{ blob, source }];
    })
  );
  const gaps = await inParallel(blobs, concurrency, async ({ blob, source: { store, root } }) => {
    // Layers that must not be distributed are at other places: they are left out with a warning when it comes to them.
    if (blob.urls !== undefined || await place.exists(blob, context) || await store.exists(blob, context)) return [];
    return [`${store.url}@${blob.digest} is a blob of ${root.digest}, and is not there`];
  });
  return gaps.flat();
}

/** What several artifacts of one store have in common is fetched once. */
async function copyArtifacts(
  source: StoreReader,
  artifacts: readonly Artifact[],
  { omitted, place }: { readonly omitted: ReadonlyMap<Digest, OmittedBlob>; readonly place: LayoutPlace },
  { context, concurrency }: Session,
): Promise<Copied> {
  const all = artifacts.flatMap(({ graph }) => graph.manifests.flat());
  const manifests = new Map(all.map((manifest) => [manifest.content.descriptor.digest, manifest]));
  const blobs = new Map(artifacts.flatMap(({ graph }) => wanted(graph, omitted)).map((blob) => [blob.digest, blob]));
  const graph = {
    roots: new Map(),
    companions: new Map(),
    manifests: [[...manifests.values()]],
    blobs: [...blobs.values()],
  };
  return await copyGraph(graph, { source, destination: unlisted(place), concurrency }, context);
}

function wanted({ blobs }: ArtifactGraph, omitted: ReadonlyMap<Digest, OmittedBlob>): readonly Descriptor[] {
  return blobs.filter(({ digest }) => !omitted.has(digest));
}

function descriptionOf(
  artifacts: readonly Artifact[],
  omitted: ReadonlyMap<Digest, OmittedBlob>,
  { withoutReferrers = false }: ExportOptions,
): BundleDescription {
  return {
    artifacts: artifacts.map(({ source, graph }) => bundledArtifact(graph, { ...source, withoutReferrers })),
    omitted: [...omitted.values()],
  };
}

function sayExported(result: ExportResult, { context: { log } }: Session): void {
  const { url, artifacts, uploaded, existing, omitted, total } = result;
  const referrers = artifacts.reduce((sum, each) => sum + each.referrers + each.companions, 0);
  const companions = artifacts.every(({ withoutReferrers }) => withoutReferrers)
    ? "without referrers"
    : `with ${counted(referrers, "referrer")}`;
  const left = omitted.count === 0 ? "" : `, ${omitted.count} left out (${formatBytes(omitted.bytes)})`;
  sayDone(
    log,
    `Exported to ${url}: ${counted(artifacts.length, "artifact")} ${companions}, ` +
      `${counted(uploaded, "blob")} written, ${existing} there already${left}`,
  );
  if (total > artifacts.length) sayDone(log, `The bundle holds ${total} artifacts now`);
}
