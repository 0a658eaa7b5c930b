import { readContent } from "../../oci/bytes_content.ts";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { OmittedBlob } from "../../bundle/bundle.ts";
import { isVersion } from "../../oci/version.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { isSharedTag } from "../../store/companion_tags.ts";
import { arrivingWith, mergeCompanion } from "../../store/merge_companion.ts";
import type { Store } from "../../store/store.ts";
import { RegistryError } from "../../registry/http/registry_error.ts";
import { formatBytes } from "../../work/amounts.ts";
import type { Destined } from "./import_destinations.ts";
import type { OpenBundle, OpenedArtifact } from "./open_bundle.ts";
import { forArtifacts, type Session } from "../session.ts";

/** What becomes of a registry. */
export interface ImportPlan {
  readonly artifacts: readonly PlannedArtifact[];
  /** What was left out of the bundle and is not there either, one sentence each. */
  readonly gaps: readonly string[];
}

/** What becomes of one artifact. */
export interface PlannedArtifact extends Destined<OpenedArtifact> {
  readonly store: Store;
  /** How many of its manifests are there already, those that refer to it included. */
  readonly present: number;
  /** How many there are. */
  readonly manifests: number;
  /** cosign's tags, and then its own. */
  readonly tags: readonly PlannedTag[];
  /** Blobs that are not in the bundle, and where they are. */
  readonly mounts: readonly Mount[];
}

/** What becomes of one tag. */
export interface PlannedTag {
  readonly tag: string;
  /** What it will point to: behind a tag of signatures, those of the bundle together with those that are there. */
  readonly digest: Digest;
  /** What it points to now; absent when it is new. */
  readonly from?: Digest;
  /** Whether it is a version that would move, and must not. */
  readonly isConflict: boolean;
}

/** A blob that is in another repository of the target. */
export interface Mount {
  readonly blob: OmittedBlob;
  /** The repository; absent when it is in the right one already. */
  readonly from?: string;
}

/** Looks at the target, and changes nothing there. */
export async function lookAtTarget(
  { omitted }: OpenBundle,
  destined: readonly Destined<OpenedArtifact>[],
  { host, session, force }: {
    readonly host: string;
    readonly session: Session;
    /** Whether a tag may move that is a version. */
    readonly force: boolean;
  },
): Promise<ImportPlan> {
  const { access } = session;
  const left = new Map(omitted.map((blob) => [blob.digest, blob]));
  const stores = new Map<string, Promise<Store>>();
  const planned = await forArtifacts(destined, session, async ({ artifact, repository }, inner) => {
    const { context, concurrency } = inner;
    const store = await storeOf(repository);
    const manifests = artifact.graph.manifests.flat().map(({ content }) => content.descriptor);
    const there = await inParallel(manifests, concurrency, (manifest) => store.exists(manifest, context));
    const wanted = artifact.graph.blobs.flatMap((blob) => left.get(blob.digest) ?? []);
    const mounts = await inParallel(wanted, concurrency, (blob) => findBlob(blob, repository, context));
    const lost = mounts.filter(({ isThere }) => !isThere);
    const gaps = lost.map(({ blob }) =>
      `${host}/${repository} lacks ${blob.digest} (${formatBytes(blob.size)}), which ${nameOf(artifact)} needs`
    );
    const plan: PlannedArtifact = {
      artifact,
      repository,
      store,
      present: there.filter((isThere) => isThere).length,
      manifests: manifests.length,
      tags: await planTags(store, artifact, { session: inner, force }),
      mounts,
    };
    return { plan, gaps };
  });
  return { artifacts: planned.map(({ plan }) => plan), gaps: planned.flatMap(({ gaps }) => gaps) };

  function storeOf(repository: string): Promise<Store> {
    const store = stores.get(repository) ?? access.store({ kind: "registry", host, repository }, "push");
    stores.set(repository, store);
    return store;
  }

  /** Asked with the right to read: nothing is sent to where it is. */
  async function findBlob(
    blob: OmittedBlob,
    repository: string,
    context: Context,
  ): Promise<Mount & { readonly isThere: boolean }> {
    if (await (await storeOf(repository)).exists(blob, context)) return { blob, isThere: true };
    for (const from of blob.at) {
      const other = await access.store({ kind: "registry", host, repository: from }, "pull");
      if (from !== repository && await isVisible(other, blob, context)) return { blob, from, isThere: true };
    }
    return { blob, isThere: false };
  }
}

/** What is in a repository that we may not read is not there for us. */
async function isVisible(store: Store, blob: Descriptor, context: Context): Promise<boolean> {
  try {
    return await store.exists(blob, context);
  } catch (error) {
    if (error instanceof RegistryError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

async function planTags(
  store: Store,
  { digest, tags, companions, graph }: OpenedArtifact,
  { session: { context, concurrency }, force }: { readonly session: Session; readonly force: boolean },
): Promise<readonly PlannedTag[]> {
  const contents = new Map(graph.manifests.flat().map(({ content }) => [content.descriptor.digest, content]));
  const wanted = [...Object.entries(companions), ...tags.map((tag) => [tag, digest] as const)];
  return await inParallel(wanted, concurrency, async ([tag, digest]): Promise<PlannedTag> => {
    const there: Descriptor | undefined = await store.resolve(tag, context);
    if (there === undefined) return { tag, digest, isConflict: false };
    const arriving = isSharedTag(tag) && there.digest !== digest ? contents.get(digest) : undefined;
    if (arriving === undefined) {
      return { tag, digest, from: there.digest, isConflict: !force && there.digest !== digest && isVersion(tag) };
    }
    const merged = await mergedDigest(store, { tag, arriving }, context);
    return { tag, digest: merged, from: there.digest, isConflict: false };
  });
}

/** Behind a tag of signatures comes what the bundle has and what is there, together. */
async function mergedDigest(
  store: Store,
  { tag, arriving }: { readonly tag: string; readonly arriving: Content },
  context: Context,
): Promise<Digest> {
  const manifest = { descriptor: arriving.descriptor, bytes: await readContent(arriving) };
  const there = await store.fetchManifest(tag, context);
  const merged = await mergeCompanion(there, arrivingWith(manifest), `${store.url}:${tag}`);
  return (merged?.manifest ?? there ?? manifest).descriptor.digest;
}

/** What people call an artifact of a bundle. */
function nameOf({ origin, digest, tags: [tag] }: OpenedArtifact): string {
  return tag === undefined ? `${origin}@${digest}` : `${origin}:${tag}`;
}
