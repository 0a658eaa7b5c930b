import { readContent } from "../oci/bytes_content.ts";
import type { Content } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { type PushSummary, pushSummary } from "../store/push_summary.ts";
import {
  type Moved,
  type Pushed,
  type Store,
  type StoredManifest,
  TagExistsError,
  type TagName,
} from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { together } from "../work/together.ts";
import { messageOf } from "../work/message_of.ts";
import { blame } from "./stage_error.ts";
import type { OwnReference, Target } from "./target.ts";
import { type Artifact, distinct, type Receipt } from "./values.ts";

/** How a store is used as a target. */
export interface StoreTargetOptions extends OwnReference {
  /** What the target is called, such as `registry`. */
  readonly name: string;
  /** How many blobs are pushed side by side; one when left out. */
  readonly concurrency?: number;
}

/**
 * Makes a target of a store. Blobs are pushed side by side, then the manifest, and the tags are set at the end.
 *
 * A store that shows everything by its commit is told the tags during the upload already, and prepares itself: what can
 * fail has failed before any target is tagged.
 */
export function storeTarget(store: Store, { name, concurrency = 1, ...own }: StoreTargetOptions): Target {
  const { url, shownBy, look } = store;

  async function push({ manifest, blobs }: Pushing, context: Context): Promise<PushSummary> {
    const pushed = await together(
      blobs,
      { concurrency, context },
      async (blob, inner) => [blob.descriptor, await store.push(blob, inner)] as const,
    );
    return pushSummary([...pushed, [manifest.descriptor, await store.pushManifest(manifest, context)]]);
  }

  /** Brings the blobs, and asks meanwhile once more for the tags that will bring the manifest. */
  async function pushBlobs(
    { manifest, blobs }: Pushing,
    tags: readonly TagName[],
    context: Context,
  ): Promise<PushSummary> {
    const size = blobs.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
    // What takes longer gives others the time to publish as well, so the tags are asked for after that.
    const asked = size <= QUICKLY_SENT ? tags.filter(({ immutable }) => immutable) : [];
    const pushed = await together(
      [...blobs, ...asked],
      { concurrency: concurrency + asked.length, context },
      async (item, inner) => {
        if (!("name" in item)) return [[item.descriptor, await store.push(item, inner)] as const];
        await store.resolve(item.name, inner);
        return [];
      },
    );
    return pushSummary([...pushed.flat(), [manifest.descriptor, {
      existed: false,
      bytesSent: manifest.descriptor.size,
    }]]);
  }

  /** The manifest that the tags are to bring. */
  let left: Content | undefined;

  async function pushLeft(context: Context): Promise<void> {
    if (left === undefined) return;
    await store.pushManifest(left, context);
    left = undefined;
  }

  return {
    ...own,
    ...(look === undefined ? {} : {
      look: ({ archive, manifest }: Artifact, tags: readonly TagName[], context: Context): Promise<void> =>
        look({
          manifest: manifest.descriptor,
          // What may be mounted from elsewhere in a registry is asked for together with that.
          blobs: distinct([archive.config, ...archive.layers]).filter(({ from }) => from === undefined)
            .map(({ descriptor }) => descriptor),
          tags,
        }, context),
    }),
    name,
    url,
    reader: store,
    resolve: async (tag, context): Promise<Digest | undefined> => (await store.resolve(tag, context))?.digest,
    async upload({ archive, manifest }, tags, context, { areTagsNext = false } = {}): Promise<Receipt> {
      const blobs = distinct([archive.config, ...archive.layers]);
      const isThere = await store.isWhole(manifest.descriptor, context);
      const mayBeLeft = areTagsNext && store.tagBringsManifest === true && tags.length > 0;
      const summary = isThere
        ? nothingSent([...blobs, manifest])
        : mayBeLeft
        ? await pushBlobs({ manifest, blobs }, tags, context)
        : await push({ manifest, blobs }, context);
      left = mayBeLeft && !isThere ? manifest : undefined;
      if (shownBy === "commit") await store.tag(await stored(manifest), tags, context);
      await store.prepare(context);
      return { url, ...summary };
    },
    takes: ["referrers", "companions"],
    async bring(attachments, context): Promise<void> {
      await pushLeft(context);
      const { bring } = await import("../store/bring.ts");
      await bring(store, attachments, { context, concurrency });
      await store.prepare(context);
    },
    async tag({ manifest }, tags, context): Promise<readonly Moved[]> {
      if (shownBy === "commit") {
        const moved = await store.commit(context);
        return moved.filter(({ tag }) => tags.some(({ name }) => tag === name));
      }
      const known = await stored(manifest);
      if (left === undefined) return await store.tag(known, tags, context);
      try {
        return await store.tag(known, tags, context, { bringsManifest: true });
      } catch (error) {
        if (error instanceof TagExistsError || context.signal.aborted) throw error;
        // Whether it is the manifest that the place does not take, or a tag, is shown by the longer way.
        context.log.debug(`${messageOf(error)}: the manifest goes first, and then its tags`);
        await blame("upload", url, () => pushLeft(context));
        return await store.tag(known, tags, context);
      }
    },
    discard: async (): Promise<void> => await store[Symbol.asyncDispose](),
  };
}

/** How much is sent in about the time of a question, in bytes. */
const QUICKLY_SENT = 1024 * 1024;

interface Pushing {
  readonly manifest: Content;
  readonly blobs: readonly Content[];
}

function nothingSent(contents: readonly Content[]): PushSummary {
  const there: Pushed = { existed: true, bytesSent: 0 };
  return pushSummary(contents.map(({ descriptor }) => [descriptor, there]));
}

async function stored(manifest: Content): Promise<StoredManifest> {
  return { descriptor: manifest.descriptor, bytes: await readContent(manifest) };
}
