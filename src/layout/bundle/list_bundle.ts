import { readContent } from "../../oci/bytes_content.ts";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { StoredManifest } from "../../store/store.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { isVersion } from "../../oci/version.ts";
import { type BundleDescription, mergeDescriptions } from "../../bundle/bundle.ts";
import { bundleContents } from "../../bundle/bundle_contents.ts";
import type { ArtifactGraph, GraphManifest } from "../../store/graph.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { readBytes } from "../../oci/bytes/read.ts";
import { takeAndAppend } from "../append.ts";
import { descriptorOf } from "../entry.ts";
import type { ReadManifest } from "../graph.ts";
import {
  describeIndex,
  dropManifest,
  formatIndex,
  indexEntriesOf,
  type LayoutIndex,
  listManifests,
  setTags,
  takeEntries,
} from "../index.ts";
import type { LayoutPlace, ListedManifest, Relisted } from "../layout.ts";
import { isReferrersTag } from "../../store/companion_tags.ts";
import { type Bundle, readBundleOf } from "./read_bundle.ts";
import { TagExistsError } from "../../store/store.ts";

/** What is listed together. */
export interface ListedContents {
  /** The artifacts with what belongs to them, in the order of the description. */
  readonly graphs: readonly ArtifactGraph[];
  readonly description: BundleDescription;
}

/** What a layout holds as a bundle from now on. */
export interface ListedBundle {
  /** The digest of the description. */
  readonly digest: Digest;
  /** The artifacts of this and of earlier exports. */
  readonly description: BundleDescription;
}

/**
 * Lists artifacts in a layout that has their contents, and describes it as a bundle. All of it is one step, and nothing
 * else that is listed there goes away.
 *
 * @returns Asked after the commit, what the layout is then.
 * @throws {Error} When something is missing that is not omitted on purpose.
 */
export async function listBundle(
  place: LayoutPlace,
  { graphs, description }: ListedContents,
  context: Context,
): Promise<() => ListedBundle | undefined> {
  let listed: ListedBundle | undefined;
  const arrived = (await Promise.all(graphs.map(referrersOf))).flat();
  await place.relist(async (before): Promise<Relisted> => {
    const { contents, dropped, manifest, description: complete } = await describe(
      place,
      { before, description },
      context,
    );
    listed = { digest: manifest.digest, description: complete };
    const kept = withoutManifests(before, dropped);
    const artifacts = description.artifacts.flatMap((artifact, at) => {
      const graph = graphs[at];
      return graph === undefined ? [] : [{ ...artifact, graph }];
    });
    const after = describeIndex(artifacts.reduce(listArtifact, kept), manifest);
    const omitted = new Set(complete.omitted.map(({ digest }) => digest));
    return {
      after: isSameIndex(before, after) ? before : after,
      contents,
      needs: graphs.flatMap(partsOf).filter(({ digest }) => !omitted.has(digest)),
      dropped,
      arrived,
    };
  }, context);
  return () => listed;
}

/** A description of all that a layout holds as a bundle. */
interface Description {
  /** What is listed. */
  readonly manifest: Descriptor;
  readonly contents: readonly Content[];
  readonly description: BundleDescription;
  /** The descriptions that it takes the place of. */
  readonly dropped: readonly Descriptor[];
}

/** Describes what a layout holds already, and what comes to it. */
async function describe(
  place: LayoutPlace,
  { before, description }: { readonly before: LayoutIndex; readonly description: BundleDescription },
  context: Context,
): Promise<Description> {
  const entries = indexEntriesOf(before).flatMap((entry) => descriptorOf(entry) ?? []);
  const earlier = await readBundleOf(place, entries, context);
  const merged = earlier === undefined ? description : mergeDescriptions(earlier.description, description);
  const omitted = await missingOf(place, merged, context);
  const { manifest, blobs, description: complete } = bundleContents({ ...merged, omitted });
  const { descriptor } = manifest;
  const dropped = earlier?.manifests.filter(({ digest }) => digest !== descriptor.digest) ?? [];
  return { manifest: descriptor, contents: [...blobs, manifest], description: complete, dropped };
}

function withoutManifests(index: LayoutIndex, manifests: readonly Descriptor[]): LayoutIndex {
  return manifests.reduce((before, { digest }) => dropManifest(before, digest) ?? before, index);
}

/** What is taken over from another layout. */
export interface TakenLayout {
  /** What it lists. */
  readonly listed: readonly ListedManifest[];
  /** What that leads to. */
  readonly graph: ArtifactGraph;
  /** What it says of itself, when it is a bundle. */
  readonly bundle: Bundle | undefined;
  /** Whether a name may move that is a version. */
  readonly force: boolean;
}

/**
 * Lists everything that another layout lists, in a layout that has the contents: with the same names, full references
 * and annotations, and with its description when it is a bundle. All of it is one step, and nothing else goes away.
 *
 * @throws {TagExistsError} When a version would move.
 * @throws {Error} When something is missing that is not omitted on purpose.
 */
export async function takeLayout(
  place: LayoutPlace,
  { listed, graph, bundle, force }: TakenLayout,
  context: Context,
): Promise<void> {
  const descriptions = new Set(bundle?.manifests.map(({ digest }) => digest) ?? []);
  const entries = listed.filter(({ descriptor, tag }) =>
    !descriptions.has(descriptor.digest) && (tag === undefined || !isReferrersTag(tag))
  ).map(({ entry }) => entry);
  const arrived = await referrersOf(graph);
  await place.relist(async (before): Promise<Relisted> => {
    if (!force) refuseMovedVersions(place.url, before, entries);
    const needs = partsOf(graph);
    if (bundle === undefined) {
      const { dropped, ...appended } = await takeAndAppend(before, entries, readFrom(place, context));
      const left = new Set(dropped.map(({ digest }) => digest));
      return { ...appended, dropped, needs: needs.filter(({ digest }) => !left.has(digest)), arrived };
    }
    // A bundle says what stands behind each tag.
    const { index } = takeEntries(before, entries);
    const { contents, dropped, manifest, description } = await describe(
      place,
      { before, description: bundle.description },
      context,
    );
    const omitted = new Set(description.omitted.map(({ digest }) => digest));
    return {
      after: describeIndex(withoutManifests(index, dropped), manifest),
      contents,
      needs: needs.filter(({ digest }) => !omitted.has(digest) && !descriptions.has(digest)),
      dropped,
      arrived,
    };
  }, context);
}

/**
 * Makes sure that no name of a version stands at something else in a layout.
 *
 * @throws {TagExistsError} When one does.
 */
export function refuseMovedVersions(
  url: string,
  before: LayoutIndex,
  entries: readonly ListedManifest["entry"][],
): void {
  for (const { tag, from } of takeEntries(before, entries).moved) {
    if (tag !== undefined && isVersion(tag) && isDigest(from)) throw new TagExistsError(url, tag, { existing: from });
  }
}

function readFrom(place: LayoutPlace, context: Context): ReadManifest {
  return async (manifest) => {
    return await place.exists(manifest, context) ? await readBytes(await place.fetch(manifest, context)) : undefined;
  };
}

type Listed = BundleDescription["artifacts"][number] & { readonly graph: ArtifactGraph };

/** A child of an index is not listed: the index leads to it. */
function listArtifact(
  before: LayoutIndex,
  { origin, digest, tags, companions, referrers, graph }: Listed,
): LayoutIndex {
  const manifests = new Map(
    graph.manifests.flat().map((each) => [each.content.descriptor.digest, listedManifest(each)]),
  );
  const named = [{ digest, tags }, ...Object.entries(companions).map(([tag, digest]) => ({ digest, tags: [tag] }))];
  const after = named.reduce((index, { digest, tags }) => {
    const manifest = manifests.get(digest);
    return manifest === undefined ? index : setTags(index, manifest, tags, { origin }).index;
  }, before);
  return listManifests(after, referrers.flatMap(({ digest }) => manifests.get(digest) ?? []));
}

function listedManifest({ content, artifactType }: GraphManifest): Descriptor {
  const { mediaType, digest, size } = content.descriptor;
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) };
}

function partsOf({ manifests, blobs }: ArtifactGraph): readonly Descriptor[] {
  return [...manifests.flat().map(({ content }) => content.descriptor), ...blobs];
}

/** What of a graph refers to something. */
async function referrersOf({ manifests }: ArtifactGraph): Promise<readonly StoredManifest[]> {
  const referrers = manifests.flat().filter(({ subject }) => subject !== undefined);
  return await Promise.all(referrers.map(async ({ content }): Promise<StoredManifest> => {
    return { descriptor: content.descriptor, bytes: await readContent(content) };
  }));
}

/** What was omitted once may have come since. */
async function missingOf(
  place: LayoutPlace,
  { omitted }: BundleDescription,
  context: Context,
): Promise<BundleDescription["omitted"]> {
  const isThere = await inParallel(omitted, 16, (blob) => place.exists(blob, context));
  return omitted.filter((_, at) => isThere[at] === false);
}

function isSameIndex(a: LayoutIndex, b: LayoutIndex): boolean {
  const [x, y] = [a, b].map((index) => new TextDecoder().decode(formatIndex(index)));
  return x === y;
}
