import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import { together } from "../work/together.ts";
import { type CompanionStore, companionWriter } from "./companion.ts";
import type { Store } from "./store.ts";
import { untilKept } from "./until_kept.ts";

/** What belongs to an artifact, ready to be brought to where the artifact is. */
export interface Attachments {
  /** The artifact. */
  readonly subject: Descriptor;
  /** What refers to it. */
  readonly referrers: readonly AttachedReferrer[];
  /** What stands beside it, under tags that are made of its digest. */
  readonly companions: readonly AppendedCompanion[];
}

/** A manifest that refers to the artifact. */
export interface AttachedReferrer {
  readonly manifest: Content;
  /** Its config and layers, each digest once. */
  readonly blobs: readonly Content[];
}

/** Layers that are added to those behind a tag such as `sha256-….sig`. */
export interface AppendedCompanion {
  readonly tag: string;
  readonly layers: readonly Content[];
}

/**
 * Brings what belongs to an artifact, unless it is there, and looks again until all of it stays: others may sign at the
 * same time, and a registry may take what it never lists.
 *
 * Where nobody else writes, that is one look at the list of referrers before and one after, and for each tag one look
 * before and one after.
 *
 * @throws {Error} When something of it is not there in the end, so that nobody would find it.
 */
export async function bring(
  store: CompanionStore & Pick<Store, "exists" | "referrers">,
  { subject, referrers, companions }: Attachments,
  { context, concurrency }: { readonly context: Context; readonly concurrency: number },
): Promise<void> {
  const pool = { context, concurrency };
  const layers = companions.flatMap(({ layers }) => layers);
  const writers = companions.map(({ tag, layers }) =>
    companionWriter(store, { tag, layers: layers.map(({ descriptor }) => descriptor) })
  );
  let isFirst = true;

  await untilKept(store, async () => {
    const problems = [await bringReferrers()];
    if (isFirst) await together(layers, pool, (layer, inner) => store.push(layer, inner));
    for (const write of writers) problems.push(await write(context));
    isFirst = false;
    return problems.find((problem) => problem !== undefined);
  }, context);

  async function bringReferrers(): Promise<string | undefined> {
    if (referrers.length === 0) return undefined;
    const listed = new Set((await store.referrers(subject.digest, context)).map(({ digest }) => digest));
    const isThere = async ({ manifest, blobs }: AttachedReferrer): Promise<boolean> =>
      listed.has(manifest.descriptor.digest) && (!isFirst || await hasAll([manifest, ...blobs]));
    let missing: Descriptor | undefined;
    for (const referrer of referrers) {
      if (await isThere(referrer)) continue;
      const { manifest, blobs } = referrer;
      await together(blobs, pool, (blob, inner) => store.push(blob, inner));
      await store.pushManifest(manifest, context);
      missing ??= manifest.descriptor;
    }
    return missing &&
      `Cannot attach ${missing.digest} to ${store.url}@${subject.digest}: ` +
        "it was taken, and is not listed among what refers to the artifact, so nobody would find it";
  }

  /** A registry may list and even have a manifest whose content is gone. */
  async function hasAll(contents: readonly Content[]): Promise<boolean> {
    const there = await Promise.all(contents.map(({ descriptor }) => store.exists(descriptor, context)));
    return there.every((each) => each);
  }
}
