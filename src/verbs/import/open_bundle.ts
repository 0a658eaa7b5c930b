import { parseFullName } from "../../oci/origin.ts";
import type { Digest } from "../../oci/digest.ts";
import type { LayoutReference } from "../../oci/reference.ts";
import type { BundledArtifact, OmittedBlob } from "../../bundle/bundle.ts";
import { type ArtifactGraph, readGraph } from "../../store/graph.ts";
import type { StoreReader } from "../../store/store.ts";
import { bundledArtifact } from "../../bundle/bundled_artifact.ts";
import { bundledReader } from "../../bundle/bundled_reader.ts";
import type { LayoutPlace, ListedManifest } from "../../layout/layout.ts";
import { isReferrersTag } from "../../store/companion_tags.ts";
import type { Context } from "../../work/context.ts";
import { readBundle } from "../../layout/bundle/read_bundle.ts";
import { layoutOrigin } from "../layout_origin.ts";
import { errorWithLines } from "../error_with_lines.ts";
import { openLayout } from "../../places/open_store.ts";
import type { Session } from "../session.ts";

/** A bundle in which everything is that it says. */
export interface OpenBundle {
  readonly place: LayoutPlace;
  /** The digests of its descriptions; none when another tool made it. */
  readonly digests: readonly Digest[];
  readonly artifacts: readonly OpenedArtifact[];
  /** What is not in it, because the target has it. */
  readonly omitted: readonly OmittedBlob[];
}

/** An artifact of a bundle. */
export interface OpenedArtifact extends BundledArtifact {
  /** Where it and what belongs to it is read from. */
  readonly reader: StoreReader;
  readonly graph: ArtifactGraph;
  /** Whether the bundle says which repository it comes from. */
  readonly hasOrigin: boolean;
}

/**
 * Opens a layout as a bundle, and makes sure that every manifest is there that its description names.
 *
 * @throws {Error} Names everything that is missing.
 */
export async function openBundle(reference: LayoutReference, session: Session): Promise<OpenBundle> {
  const { context } = session;
  const place = await openLayout(reference);
  const listed = await place.listed(context);
  if (listed === undefined) throw new Error(`Cannot import ${place.url}: there is no layout`);
  const bundle = await readBundle(place, context);
  const gaps: string[] = [];
  const artifacts: OpenedArtifact[] = [];
  for (const named of bundle?.description.artifacts ?? await foreignArtifacts(place, reference, context)) {
    const reader = bundle === undefined ? place : bundledReader(place, named);
    const onMissing = (gap: string): void => void gaps.push(gap);
    const { concurrency } = session;
    const graph = await readGraph(reader, [named.digest], { referrers: true, concurrency, onMissing }, context);
    const found = bundledArtifact(graph, { ...named, root: graph.roots.get(named.digest) ?? named });
    if (bundle !== undefined) gaps.push(...differences(named, found, place));
    const artifact = bundle === undefined ? found : named;
    artifacts.push({ ...artifact, reader, graph, hasOrigin: bundle !== undefined || "hasOrigin" in named });
  }
  if (gaps.length > 0) throw errorWithLines(`Cannot import ${place.url}: it is not whole`, gaps);
  if (artifacts.length === 0) throw new Error(`Cannot import ${place.url}: there is no artifact in it`);
  warnOfOthers(artifacts, { place, listed, digests: bundle?.manifests.map(({ digest }) => digest) ?? [] }, session);
  return {
    place,
    digests: bundle?.manifests.map(({ digest }) => digest) ?? [],
    artifacts,
    omitted: bundle?.description.omitted ?? [],
  };
}

/** What a description says and the layout does not bear out. */
function differences(
  { origin, digest, mediaType, size, referrers, companions }: BundledArtifact,
  found: BundledArtifact,
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

/**
 * What is not described is what has a name, as other tools write it. Where nothing has one, as `crane` and `skopeo` may
 * leave it, it is every artifact.
 */
async function foreignArtifacts(
  place: LayoutPlace,
  reference: LayoutReference,
  context: Context,
): Promise<readonly ForeignArtifact[]> {
  const artifacts = await place.artifacts(context);
  const named = artifacts.filter(({ tag, fullName }) => tag !== undefined || fullName !== undefined);
  const found = new Map<string, ForeignArtifact>();
  for (const { descriptor, tag, fullName } of named.length > 0 ? named : artifacts) {
    const { digest, mediaType, size } = descriptor;
    const full = fullName === undefined ? undefined : parseFullName(fullName, digest);
    const origin = full?.origin ?? layoutOrigin(reference);
    const key = `${origin}@${digest}`;
    const before = found.get(key)?.tags ?? [];
    const own = full === undefined ? tag : full.tag;
    const tags = own === undefined ? before : [...new Set([...before, own])];
    const artifact = { origin, digest, mediaType, size, tags, referrers: [], companions: {} };
    found.set(key, full === undefined ? artifact : { ...artifact, hasOrigin: true });
  }
  return [...found.values()];
}

type ForeignArtifact = BundledArtifact & { readonly hasOrigin?: true };

/** A signature that somebody has put into the layout since would stay behind without a word. */
function warnOfOthers(
  artifacts: readonly OpenedArtifact[],
  { place, listed, digests }: {
    readonly place: LayoutPlace;
    readonly listed: readonly ListedManifest[];
    readonly digests: readonly Digest[];
  },
  { context: { log } }: Session,
): void {
  const known = new Set<Digest>(digests);
  for (const { graph } of artifacts) {
    for (const { content } of graph.manifests.flat()) known.add(content.descriptor.digest);
  }
  // A list of referrers is written anew where it is needed.
  const own = listed.filter(({ tag }) => tag === undefined || !isReferrersTag(tag));
  const others = new Set(own.map(({ descriptor }) => descriptor.digest)).difference(known);
  if (others.size === 0) return;
  log.warn(
    `${place.url} lists ${others.size} manifests that belong to none of its artifacts, and are left out: ${
      [...others].slice(0, 3).join(", ")
    }${others.size > 3 ? " and others" : ""}`,
  );
}
