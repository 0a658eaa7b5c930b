import { parseFullName } from "../../oci/origin.ts";
import type { Digest } from "../../oci/digest.ts";
import type { LayoutReference } from "../../oci/reference.ts";
import { isTag } from "../../oci/tag.ts";
import type { OmittedBlob, TransferredArtifact } from "../../bundle/bundle.ts";
import { type ArtifactGraph, readGraph } from "../../store/graph.ts";
import type { StoreReader } from "../../store/store.ts";
import { transferredArtifact } from "../../bundle/bundled_artifact.ts";
import { transferredReader } from "../../bundle/bundled_reader.ts";
import type { LayoutPlace, ListedManifest } from "../../layout/layout.ts";
import { readBundle } from "../../layout/bundle/read_bundle.ts";
import { originOf } from "./export_sources.ts";
import { errorWithLines } from "../output/error_with_lines.ts";
import { openLayout } from "../places/open_store.ts";
import type { ReadingSession } from "../places/session.ts";

/** A bundle in which everything is that it says. */
export interface OpenBundle {
  readonly place: LayoutPlace;
  /** The digests of its descriptions; none when another tool made it. */
  readonly digests: readonly Digest[];
  readonly artifacts: readonly BundledArtifact[];
  /** What is not in it, because the far side has it. */
  readonly omitted: readonly OmittedBlob[];
}

/** An artifact of a bundle. */
export interface BundledArtifact extends TransferredArtifact {
  /** Where it and what belongs to it is read from. */
  readonly reader: StoreReader;
  readonly graph: ArtifactGraph;
  /** Whether the bundle says which repository it comes from. */
  readonly hasOrigin: boolean;
}

/** The tags of cosign's and of lists of referrers: they belong to something else. */
const COMPANION_TAG_REGEXP = /^sha(?:256|512)-[0-9a-f]{64}(?:\.(?:att|sbom|sig))?$/;

/**
 * Opens a layout as a bundle, and makes sure that every manifest is there that its description names.
 *
 * @throws {Error} Names everything that is missing.
 */
export async function openBundle(reference: LayoutReference, session: ReadingSession): Promise<OpenBundle> {
  const { context } = session;
  const place = openLayout(reference);
  const listed = await place.listed(context);
  if (listed === undefined) throw new Error(`Cannot import ${place.url}: there is no layout`);
  const bundle = await readBundle(place, context);
  const gaps: string[] = [];
  const artifacts: BundledArtifact[] = [];
  for (const named of bundle?.transfer.artifacts ?? namedArtifacts(listed, reference)) {
    const reader = bundle === undefined ? place : transferredReader(place, named);
    const onMissing = (gap: string): void => void gaps.push(gap);
    const { concurrency } = session;
    const graph = await readGraph(reader, [named.digest], { referrers: true, concurrency, onMissing }, context);
    const found = transferredArtifact(graph, { ...named, root: graph.roots.get(named.digest) ?? named });
    if (bundle !== undefined) gaps.push(...differences(named, found, place));
    const artifact = bundle === undefined ? found : named;
    artifacts.push({ ...artifact, reader, graph, hasOrigin: bundle !== undefined || "hasOrigin" in named });
  }
  if (gaps.length > 0) throw errorWithLines(`Cannot import ${place.url}: it is not whole`, gaps);
  if (artifacts.length === 0) throw new Error(`Cannot import ${place.url}: nothing in it has a name`);
  warnOfOthers(artifacts, { place, listed, digests: bundle?.manifests.map(({ digest }) => digest) ?? [] }, session);
  return {
    place,
    digests: bundle?.manifests.map(({ digest }) => digest) ?? [],
    artifacts,
    omitted: bundle?.transfer.omitted ?? [],
  };
}

/** What a description says and the layout does not bear out. */
function differences(
  { origin, digest, mediaType, size, referrers, companions }: TransferredArtifact,
  found: TransferredArtifact,
  { url }: StoreReader,
): readonly string[] {
  const name = `${origin}@${digest}`;
  const known = new Set(found.referrers.map(({ subject, digest }) => `${subject} ${digest}`));
  return [
    ...found.mediaType === mediaType && found.size === size ? [] : [`${name} is not what the bundle says of it`],
    ...referrers.filter(({ subject, digest }) => !known.has(`${subject} ${digest}`))
      .map(({ subject, digest }) => `${url}@${digest} should refer to ${subject} of ${name}, and does not`),
    ...Object.entries(companions).filter(([tag, digest]) => found.companions[tag] !== digest)
      .map(([tag, digest]) => `${url}@${digest} should be ${tag} of ${name}, and is not there`),
  ];
}

/** What is not described is what has a name, as other tools write it. */
function namedArtifacts(
  listed: readonly ListedManifest[],
  reference: LayoutReference,
): readonly (TransferredArtifact & { readonly hasOrigin?: true })[] {
  const found = new Map<string, TransferredArtifact & { readonly hasOrigin?: true }>();
  for (const { descriptor: { digest, mediaType, size }, name, fullName = name } of listed) {
    if (fullName === undefined) continue;
    const full = parseFullName(fullName, digest);
    const tag = full === undefined ? /^[^@]+:([^:/@]+)$/.exec(fullName)?.[1] ?? name : full.tag;
    if (full === undefined && tag === undefined) continue;
    if (tag !== undefined && (!isTag(tag) || COMPANION_TAG_REGEXP.test(tag))) continue;
    const hasOrigin = full !== undefined;
    const origin = full?.origin ?? originOf(reference);
    const key = `${origin}@${digest}`;
    const tags = [...found.get(key)?.tags ?? [], ...tag === undefined ? [] : [tag]];
    const artifact = { origin, digest, mediaType, size, tags, referrers: [], companions: {} };
    found.set(key, hasOrigin ? { ...artifact, hasOrigin } : artifact);
  }
  return [...found.values()];
}

/** A signature that somebody has put into the layout since would stay behind without a word. */
function warnOfOthers(
  artifacts: readonly BundledArtifact[],
  { place, listed, digests }: {
    readonly place: LayoutPlace;
    readonly listed: readonly ListedManifest[];
    readonly digests: readonly Digest[];
  },
  { context: { log } }: ReadingSession,
): void {
  const known = new Set<Digest>(digests);
  for (const { graph } of artifacts) {
    for (const { content } of graph.manifests.flat()) known.add(content.descriptor.digest);
  }
  const others = new Set(listed.map(({ descriptor }) => descriptor.digest)).difference(known);
  if (others.size === 0) return;
  log.warn(
    `${place.url} lists ${others.size} manifests that belong to none of its artifacts, and are left out: ${
      [...others].slice(0, 3).join(", ")
    }${others.size > 3 ? " and others" : ""}`,
  );
}
