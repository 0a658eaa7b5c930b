import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { mergeTransfers, type Transfer } from "../../bundle/bundle.ts";
import { transferContents } from "../../bundle/bundle_contents.ts";
import type { ArtifactGraph, GraphManifest } from "../../store/graph.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { descriptorOf, dropManifest, formatIndex, type LayoutIndex, listManifests, setTags } from "../index.ts";
import type { LayoutPlace, Relisted } from "../layout.ts";
import { readBundleOf } from "./read_bundle.ts";

/** What is listed together. */
export interface BundleContents {
  /** The artifacts with what belongs to them, in the order of the description. */
  readonly graphs: readonly ArtifactGraph[];
  readonly transfer: Transfer;
}

/** What a layout holds as a bundle from now on. */
export interface ListedBundle {
  /** The digest of the description. */
  readonly digest: Digest;
  /** The artifacts of this and of earlier exports. */
  readonly transfer: Transfer;
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
  { graphs, transfer }: BundleContents,
  context: Context,
): Promise<() => ListedBundle | undefined> {
  let listed: ListedBundle | undefined;
  await place.relist(async (before): Promise<Relisted> => {
    const entries = before.manifests.flatMap((entry) => descriptorOf(entry) ?? []);
    const earlier = await readBundleOf(place, entries, context);
    const merged = earlier === undefined ? transfer : mergeTransfers(earlier.transfer, transfer);
    const { manifest, blobs, transfer: complete } = transferContents({
      ...merged,
      omitted: await missingOf(place, merged, context),
    });
    const { digest } = manifest.descriptor;
    listed = { digest, transfer: complete };
    const dropped = earlier?.manifests.filter((each) => each.digest !== digest) ?? [];
    const kept = dropped.reduce((index, each) => dropManifest(index, each.digest) ?? index, before);
    const artifacts = transfer.artifacts.flatMap((artifact, at) => {
      const graph = graphs[at];
      return graph === undefined ? [] : [{ ...artifact, graph }];
    });
    const after = listManifests(artifacts.reduce(listArtifact, kept), [manifest.descriptor]);
    const omitted = new Set(complete.omitted.map(({ digest }) => digest));
    return {
      after: isSame(before, after) ? before : after,
      contents: [...blobs, manifest],
      needs: graphs.flatMap(partsOf).filter(({ digest }) => !omitted.has(digest)),
      dropped,
    };
  }, context);
  return () => listed;
}

type Listed = Transfer["artifacts"][number] & { readonly graph: ArtifactGraph };

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

/** What was omitted once may have come since. */
async function missingOf(place: LayoutPlace, { omitted }: Transfer, context: Context): Promise<Transfer["omitted"]> {
  const isThere = await inParallel(omitted, 16, (blob) => place.exists(blob, context));
  return omitted.filter((_, at) => isThere[at] === false);
}

function isSame(a: LayoutIndex, b: LayoutIndex): boolean {
  const [x, y] = [a, b].map((index) => new TextDecoder().decode(formatIndex(index)));
  return x === y;
}
