import type { OmittedBlob, Transfer } from "../../bundle/bundle.ts";
import { transferredArtifact } from "../../bundle/bundled_artifact.ts";
import { listBundle } from "../../layout/bundle/list_bundle.ts";
import type { LayoutPlace } from "../../layout/layout.ts";
import { LEAST_VOLUME_SIZE } from "../../layout/tar/volumes/header.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isPiped, type LayoutReference } from "../../oci/reference.ts";
import { type Copied, copyGraph } from "../../store/copy.ts";
import { type ArtifactGraph, readGraph } from "../../store/graph.ts";
import type { StoreReader } from "../../store/store.ts";
import { inParallel } from "../../work/together.ts";
import { errorWithLines } from "../output/error_with_lines.ts";
import { EXIT } from "../output/exit_code.ts";
import { counted, formatBytes } from "../output/format_bytes.ts";
import { formatOutput } from "../output/format_output.ts";
import { openLayout, parsePipedPlace, parsePlace, takeOutput } from "../places/open_store.ts";
import { type ReadingSession, withReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { ExportFlags } from "./commands.ts";
import { exportLines, exportReport } from "./export_report.ts";
import { checkExportNames, type ExportSource, findSources } from "./export_sources.ts";
import { forArtifacts } from "./for_artifacts.ts";
import { type Had, readInventories } from "./read_inventories.ts";

/**
 * `gantry export`: artifacts from any repositories, each with everything that refers to it, into one layout.
 *
 * Nothing is written before all of it was found, and nothing is listed before all of it is there.
 */
export async function exportBundle(
  references: readonly string[],
  flags: ExportFlags,
  world: World,
): Promise<number> {
  const texts = references.slice(0, -1);
  const reference = parseDestination(references.at(-1) ?? "");
  if (texts.length === 0) {
    throw new UsageError(
      `There is nothing to export to ${references.at(-1)}: name what to export, and the layout last`,
    );
  }
  if (flags.volumeSize !== undefined && reference.kind !== "oci-archive") {
    throw new UsageError(`Cannot split ${references.at(-1)} into volumes: only a tar is split, write oci-archive:PATH`);
  }
  if (flags.volumeSize !== undefined && flags.volumeSize < LEAST_VOLUME_SIZE) {
    throw new UsageError(
      `Cannot split ${references.at(-1)} into volumes of ${flags.volumeSize} bytes: a volume has at least ${
        formatBytes(LEAST_VOLUME_SIZE)
      }`,
    );
  }
  if (flags.volumeSize !== undefined && isPiped(reference)) {
    throw new UsageError("Cannot split oci-archive:- into volumes: a pipe is one piece");
  }
  const places = texts.map(parsePlace);
  const output = isPiped(reference) ? takeOutput(world) : undefined;
  const had = await readInventories(flags.have ?? []);
  return await withReadingSession(flags, world, async (session) => {
    const { context } = session;
    await using opened = new AsyncDisposableStack();
    const place = opened.use(
      openLayout(reference, {
        keepBlobs: true,
        ...(flags.volumeSize === undefined ? {} : { volumeSize: flags.volumeSize }),
        ...(output === undefined ? {} : { output }),
      }),
    );
    const { sources, gaps } = await findSources(texts, session, opened);
    const artifacts = await readArtifacts(sources, flags, session);
    checkExportNames(artifacts);
    const omitted = await omittedOf(artifacts, { had, place }, session);
    const missing = await missingBlobs(artifacts, { omitted, place }, session);
    const all = [...gaps, ...artifacts.flatMap(({ gaps }) => gaps), ...missing];
    if (all.length > 0) throw errorWithLines(`Cannot export to ${place.url}: not everything is there`, all);

    const copied: Copied[] = [];
    for (const [store, same] of Map.groupBy(artifacts, ({ source }) => source.store)) {
      copied.push(await copyArtifacts(store, same, { omitted, place }, session));
    }
    const transfer = transferOf(artifacts, omitted, flags);
    const listed = await listBundle(place, { graphs: artifacts.map(({ graph }) => graph), transfer }, context);
    await place.commit(context);
    const report = exportReport(place.url, { transfer, copied, bundle: listed() });
    sayExported(report, session);
    const format = flags.output ?? "text";
    world.stdout(format === "text" ? exportLines(report) : await formatOutput(report, format));
    return EXIT.done;
  }, { phase: "Exporting", places });
}

/** An artifact, and what of it is not there. */
interface Artifact {
  readonly source: ExportSource;
  readonly graph: ArtifactGraph;
  readonly gaps: readonly string[];
}

function parseDestination(text: string): LayoutReference {
  const reference = parsePipedPlace(text);
  if (reference.kind === "registry") {
    throw new UsageError(`Cannot export to ${JSON.stringify(text)}: write oci-layout:PATH or oci-archive:PATH`);
  }
  if (reference.tag === undefined && reference.digest === undefined) return reference;
  throw new UsageError(
    `Cannot export to ${JSON.stringify(text)}: each artifact keeps its own tags, so name the layout without one`,
  );
}

async function readArtifacts(
  sources: readonly ExportSource[],
  { withoutReferrers = false }: ExportFlags,
  session: ReadingSession,
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

/** What the far side has, and the layout does not. Manifests always travel: they are small, and say what must be there. */
async function omittedOf(
  artifacts: readonly Artifact[],
  { had, place }: { readonly had: Had; readonly place: LayoutPlace },
  { context, concurrency }: ReadingSession,
): Promise<ReadonlyMap<Digest, OmittedBlob>> {
  const blobs = new Map(artifacts.flatMap(({ graph }) => graph.blobs).map((blob) => [blob.digest, blob]));
  const found = await inParallel(blobs.values(), concurrency, async (blob): Promise<readonly OmittedBlob[]> => {
    const { digest, mediaType, size } = blob;
    const at = had.get(digest);
    return at === undefined || await place.exists(blob, context) ? [] : [{ digest, mediaType, size, at }];
  });
  return new Map(found.flat().map((blob) => [blob.digest, blob]));
}

/** Asked before the first byte is fetched: a bundle of gigabytes should not break off at the last of them. */
async function missingBlobs(
  artifacts: readonly Artifact[],
  { omitted, place }: { readonly omitted: ReadonlyMap<Digest, OmittedBlob>; readonly place: LayoutPlace },
  { context, concurrency }: ReadingSession,
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
  { context, concurrency }: ReadingSession,
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
  return await copyGraph(graph, {
    source,
    destination: {
      // A manifest goes the way of a blob: what is there is hashed, and nothing is listed yet.
      exists: () => Promise.resolve(false),
      push: (content, context) => place.push(content, context),
      pushManifest: (content, context) => place.push(content, context),
    },
    concurrency,
  }, context);
}

function wanted({ blobs }: ArtifactGraph, omitted: ReadonlyMap<Digest, OmittedBlob>): readonly Descriptor[] {
  return blobs.filter(({ digest }) => !omitted.has(digest));
}

function transferOf(
  artifacts: readonly Artifact[],
  omitted: ReadonlyMap<Digest, OmittedBlob>,
  { withoutReferrers = false }: ExportFlags,
): Transfer {
  return {
    artifacts: artifacts.map(({ source, graph }) => transferredArtifact(graph, { ...source, withoutReferrers })),
    omitted: [...omitted.values()],
  };
}

function sayExported(report: ReturnType<typeof exportReport>, { context: { log } }: ReadingSession): void {
  const { url, artifacts, uploaded, existing, omitted, total } = report;
  const referrers = artifacts.reduce((sum, each) => sum + each.referrers + each.companions, 0);
  const companions = artifacts.every(({ withoutReferrers }) => withoutReferrers)
    ? "without what refers to them"
    : `with ${referrers} that refer to them`;
  const left = omitted.count === 0 ? "" : `, ${omitted.count} left out (${formatBytes(omitted.bytes)})`;
  log.info(
    `Exported to ${url}: ${counted(artifacts.length, "artifact")} ${companions}, ` +
      `${counted(uploaded, "content")} written, ${existing} there already${left}`,
  );
  if (total > artifacts.length) log.info(`The bundle holds ${total} artifacts now`);
}
