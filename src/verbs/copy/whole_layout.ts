/**
 * A copy of everything from one layout to others keeps what only a layout has: full references, what is listed without
 * a name, annotations of other tools, and the description of a bundle. Such a copy can be imported as the layout
 * itself.
 */
import { refuseMovedVersions, takeLayout } from "../../layout/bundle/list_bundle.ts";
import { readBundle } from "../../layout/bundle/read_bundle.ts";
import type { LayoutPlace } from "../../layout/layout.ts";
import { isReferrersTag } from "../../store/companion_tags.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ArtifactGraph } from "../../store/graph.ts";
import { NotFoundError, type Store, type StoreReader } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import type { Opened } from "../../places/open_store.ts";
import type { CopyOptions } from "./copy_options.ts";
import type { Session } from "../session.ts";
import type { CopyJob } from "./tag_copies.ts";

/** A layout that is copied as a whole. */
export interface WholeLayout {
  /** The digests of all that is listed. */
  readonly names: readonly Digest[];
  /** What of it are artifacts of their own. */
  readonly artifacts: ReadonlySet<Digest>;
  /** What of it is there: a bundle leaves out on purpose what the target has. */
  present(graph: ArtifactGraph): Promise<ArtifactGraph>;
  /** What becomes of each destination. */
  jobs(graph: ArtifactGraph, options: Pick<CopyOptions, "force">): readonly CopyJob[];
}

/**
 * Looks what a layout lists.
 *
 * @returns `undefined` when one of the places is a registry.
 * @throws {Error} When there is nothing: a copy that leaves everything behind is no success.
 */
export async function wholeLayout(
  { store, layout }: Opened<StoreReader>,
  targets: readonly Opened<Store>[],
  { context, concurrency }: Session,
): Promise<WholeLayout | undefined> {
  const places = targets.flatMap(({ layout, ...each }) => layout === undefined ? [] : [{ ...each, layout }]);
  if (layout === undefined || places.length < targets.length) return undefined;
  const all = await layout.listed(context);
  if (all === undefined) throw new NotFoundError(store.url);
  // The destination gets lists of its own.
  const listed = all.filter(({ tag }) => tag === undefined || !isReferrersTag(tag));
  if (listed.length === 0) throw new Error(`Cannot copy all tags of ${store.url}: there are none`);
  const bundle = await readBundle(layout, context);
  const tags = new Map<Digest, readonly string[]>();
  const artifacts = new Set((await layout.artifacts(context)).map(({ descriptor }) => descriptor.digest));
  for (const { descriptor: { digest }, tag } of listed) {
    const before = tags.get(digest) ?? [];
    if (tag !== undefined) tags.set(digest, [...new Set([...before, tag])]);
    else if (artifacts.has(digest)) tags.set(digest, before);
  }
  return {
    artifacts,
    names: [...new Set(listed.map(({ descriptor }) => descriptor.digest))],
    async present(graph): Promise<ArtifactGraph> {
      const omitted = new Set(bundle?.description.omitted.map(({ digest }) => digest) ?? []);
      const there = await inParallel(graph.blobs, concurrency, async (blob) => {
        return !omitted.has(blob.digest) || await store.exists(blob, context);
      });
      return { ...graph, blobs: graph.blobs.filter((_, at) => there[at]) };
    },
    jobs: (graph, { force = false }) =>
      places.map(({ layout: place, store: destination, reference }): CopyJob => ({
        url: place.url,
        store: destination,
        digest: reference.digest,
        tags,
        force,
        check: (inner) => force ? Promise.resolve() : checkNames(place, listed.map(({ entry }) => entry), inner),
        list: (inner) => takeLayout(place, { listed, graph, bundle, force }, inner),
      })),
  };
}

async function checkNames(
  place: LayoutPlace,
  entries: Parameters<typeof refuseMovedVersions>[2],
  context: Context,
): Promise<void> {
  const there = await place.listed(context) ?? [];
  refuseMovedVersions(place.url, { manifests: there.map(({ entry }) => entry) }, entries);
}
