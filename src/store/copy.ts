import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { isVersion } from "../oci/version.ts";
import type { ArtifactGraph, GraphManifest } from "./graph.ts";
import type { Context } from "../work/context.ts";
import { isSharedTag } from "./companion_tags.ts";
import { pushSummary } from "./push_summary.ts";
import type { Pushed, Store, StoredManifest, StoreReader } from "./store.ts";
import { storedContent } from "./stored_content.ts";
import { together } from "../work/together.ts";
import { readBytes } from "../oci/bytes/read.ts";

/** What was copied to a store. */
export interface Copied {
  /** How many blobs and manifests were sent. */
  readonly uploaded: number;
  /** How many were there already. */
  readonly existing: number;
  /** Bytes of content that were sent, retries included. */
  readonly bytesSent: number;
}

/**
 * Brings a graph from one store to another: blobs, then manifests, what an index consists of before the index. Tags are
 * not touched. What is there already is not sent again, so a copy that broke off goes on when it is done again.
 *
 * The first error cancels the rest.
 */
export async function copyGraph(
  graph: ArtifactGraph,
  { source, destination, concurrency }: {
    readonly source: StoreReader;
    readonly destination: Pick<Store, "exists" | "push" | "pushManifest">;
    readonly concurrency: number;
  },
  context: Context,
): Promise<Copied> {
  const pool = { concurrency, context };
  const pushes = (await together(graph.blobs, pool, pushBlob)).flat();
  for (const group of graph.manifests) pushes.push(...await together(group, pool, pushManifest));
  const { uploaded, existing, bytesSent } = pushSummary(pushes);
  return { uploaded: uploaded.length, existing: existing.length, bytesSent };

  async function pushBlob(blob: Descriptor, inner: Context): Promise<readonly Push[]> {
    // Layers that must not be distributed are at other places, and their manifest may go without them.
    if (blob.urls !== undefined && !await source.exists(blob, inner)) {
      context.log.warn(`${blob.digest} is not in ${source.url} but somewhere else: left out`);
      return [];
    }
    return [[blob, await destination.push(storedContent(source, blob, inner), inner)]];
  }

  async function pushManifest({ content, subject }: GraphManifest, inner: Context): Promise<Push> {
    const { descriptor } = content;
    // One with a subject is pushed again: it may be there, and missing on the list of referrers.
    const isThere = subject === undefined && await destination.exists(descriptor, inner);
    return [descriptor, isThere ? { existed: true, bytesSent: 0 } : await destination.pushManifest(content, inner)];
  }
}

/**
 * A destination in which nothing that is copied is listed yet. A manifest goes the way of a blob: where it is there, it
 * is hashed and not sent.
 */
export function unlisted(store: Pick<Store, "push">): Pick<Store, "exists" | "push" | "pushManifest"> {
  const push: Store["push"] = (content, context) => store.push(content, context);
  return { exists: () => Promise.resolve(false), push, pushManifest: push };
}

/** What was copied in several parts, all in all. */
export function copiedInAll(parts: readonly Copied[]): Copied {
  return {
    uploaded: parts.reduce((sum, { uploaded }) => sum + uploaded, 0),
    existing: parts.reduce((sum, { existing }) => sum + existing, 0),
    bytesSent: parts.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
  };
}

type Push = readonly [content: Descriptor, pushed: Pushed];

/**
 * Points tags to manifests of a graph that was copied: cosign's tags first, then the others. Behind those with
 * signatures and attestations stays what the destination has there.
 *
 * @param tags The tags of each root. One without any is only listed.
 */
export async function tagGraph(
  graph: ArtifactGraph,
  tags: ReadonlyMap<Digest, readonly string[]>,
  { destination, concurrency, force = false }: {
    readonly destination: Store;
    readonly concurrency: number;
    /** Whether a tag may move that is a version. */
    readonly force?: boolean;
  },
  context: Context,
): Promise<void> {
  const contents = new Map(graph.manifests.flat().map(({ content }) => [content.descriptor.digest, content]));
  const pool = { concurrency, context };
  const named = [...tags].flatMap(([digest, names]) => names.map((name) => [name, digest] as const));
  const shared = [...new Map([...graph.companions, ...named])].filter(([name]) => isSharedTag(name));
  if (shared.length > 0) {
    const { takeCompanions } = await import("./companion.ts");
    const arriving = await Promise.all(shared.map(async ([tag, digest]) => {
      const content = contents.get(digest);
      return content === undefined ? [] : [{ tag, manifest: await storedManifest(content) }];
    }));
    await takeCompanions(destination, arriving.flat(), pool);
  }
  const companions = [...graph.companions].map(([tag, digest]) => ({ digest, names: [tag] }));
  const others = [...tags].map(([digest, names]) => ({ digest, names }));
  for (const group of [companions, others]) {
    await together(group, pool, async ({ digest, names }, inner) => {
      const content = contents.get(digest);
      const wanted = names.filter((name) => !isSharedTag(name))
        .map((name) => ({ name, immutable: !force && isVersion(name) }));
      if (content === undefined || names.length > 0 && wanted.length === 0) return;
      await destination.tag(await storedManifest(content), wanted, inner);
    });
  }
}

async function storedManifest({ descriptor, open }: Content): Promise<StoredManifest> {
  return { descriptor, bytes: await readBytes(open()) };
}
