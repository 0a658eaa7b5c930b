import { readContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { appendCompanion } from "../store/append_companion.ts";
import { type PushSummary, pushSummary } from "../store/push_summary.ts";
import type { Moved, Pushed, Store, StoredManifest } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { together } from "../work/together.ts";
import type { OwnReference, Target } from "./target.ts";
import { distinct, type Receipt } from "./values.ts";

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
  const { url, shownBy } = store;

  async function push({ manifest, blobs }: Pushing, context: Context): Promise<PushSummary> {
    const pushed = await together(
      blobs,
      { concurrency, context },
      async (blob, inner) => [blob.descriptor, await store.push(blob, inner)] as const,
    );
    return pushSummary([...pushed, [manifest.descriptor, await store.pushManifest(manifest, context)]]);
  }

  async function lists({ digest }: Descriptor, subject: Descriptor, context: Context): Promise<boolean> {
    return (await store.referrers(subject.digest, context)).some((listed) => listed.digest === digest);
  }

  return {
    ...own,
    name,
    url,
    reader: store,
    resolve: async (tag, context): Promise<Digest | undefined> => (await store.resolve(tag, context))?.digest,
    async upload({ archive, manifest }, tags, context): Promise<Receipt> {
      const blobs = distinct([archive.config, ...archive.layers]);
      const isThere = await store.isWhole(manifest.descriptor, context);
      const summary = isThere ? nothingSent([...blobs, manifest]) : await push({ manifest, blobs }, context);
      if (shownBy === "commit") await store.tag(await stored(manifest), tags, context);
      await store.prepare(context);
      return { url, ...summary };
    },
    async attach(referrer, context): Promise<void> {
      const { manifest: { descriptor }, subject } = referrer;
      if (await lists(descriptor, subject, context) && await store.exists(descriptor, context)) return;
      await push(referrer, context);
      await store.prepare(context);
      if (await lists(descriptor, subject, context)) return;
      throw new Error(
        `Cannot attach ${descriptor.digest} to ${url}@${subject.digest}: ` +
          "it was taken, and is not listed among what refers to the artifact, so nobody would find it",
      );
    },
    async append({ subject, ending, layers }, context): Promise<void> {
      await appendCompanion(store, { subject: subject.digest, ending, layers }, context);
      await store.prepare(context);
    },
    async tag({ manifest }, tags, context): Promise<readonly Moved[]> {
      if (shownBy === "tag") return await store.tag(await stored(manifest), tags, context);
      const moved = await store.commit(context);
      return moved.filter(({ tag }) => tags.some(({ name }) => tag === name));
    },
    discard: async (): Promise<void> => await store[Symbol.asyncDispose](),
  };
}

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
