import { readContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { orderDescriptor } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import type { Context } from "../work/context.ts";
import { companionManifest } from "./companion_manifest.ts";
import { type CompanionEnding, companionTag } from "./companion_tags.ts";
import { type Store, type StoredManifest, UnsupportedError } from "./store.ts";

/** What comes to stand beside a manifest, under a tag that is made of its digest. */
export interface CompanionLayers {
  /** The manifest that they belong to. */
  readonly subject: Digest;
  /** How the tag ends. */
  readonly ending: CompanionEnding;
  /** What is added to what stands behind the tag. */
  readonly layers: readonly Content[];
}

/** What stands behind the tag now. */
export interface Appended {
  /** The tag, such as `sha256-….sig`. */
  readonly tag: string;
  /** The manifest behind it. */
  readonly digest: Digest;
  /** Whether anything was written. */
  readonly isNew: boolean;
}

/** What is needed of a store. */
type CompanionStore = Pick<
  Store,
  "url" | "fetchManifest" | "resolve" | "tags" | "push" | "pushManifest" | "tag" | "deleteManifest"
>;

/** How often a manifest is written again because another writer has replaced it in the same moment. */
const ATTEMPTS = 10;

/**
 * Adds layers to the manifest behind a tag such as `sha256-….sig`, unless they are there. What others have there stays.
 *
 * Stores cannot compare and set a tag. So it is read again after it was written, and what was behind it in the moment
 * in which it was set is taken over if another writer had put that there after the first look.
 *
 * @throws {TypeError} When something else has the tag.
 * @throws {UnsupportedError} When the digest is too long for a tag.
 * @throws {Error} When other writers are always faster.
 */
export async function appendCompanion(
  store: CompanionStore,
  { subject, ending, layers }: CompanionLayers,
  context: Context,
): Promise<Appended> {
  const tag = companionTag(subject, ending);
  const place = `${store.url}@${subject}`;
  if (tag === undefined) {
    throw new UnsupportedError(`Cannot write a tag for ${place}: its digest is too long for one, use sha256`);
  }
  for (const layer of layers) await store.push(layer, context);
  return await addLayers(store, { tag, layers: layers.map(({ descriptor }) => descriptor) }, context);
}

/**
 * Lets such a tag point to a manifest from another place, as it is. Where something would be lost by that which others
 * have behind the tag, the layers are added to it instead.
 *
 * @param manifest It and its layers are there already.
 * @throws {SyntaxError} When it is no manifest.
 * @throws {Error} When other writers are always faster.
 */
export async function takeCompanion(
  store: CompanionStore,
  { tag, manifest }: { readonly tag: string; readonly manifest: StoredManifest },
  context: Context,
): Promise<void> {
  const before = await store.fetchManifest(tag, context);
  const [arriving, there] = [manifest, before].map((stored) => {
    return stored === undefined ? undefined : parseManifest(stored.bytes, stored.descriptor);
  });
  const isMixed = arriving?.kind === "manifest" && there?.kind === "manifest" &&
    without(there.layers, arriving.layers).length > 0;
  if (isMixed) await addLayers(store, { tag, layers: arriving.layers }, context);
  else await store.tag(manifest, [{ name: tag, immutable: false }], context);
}

async function addLayers(
  store: CompanionStore,
  { tag, layers }: { readonly tag: string; readonly layers: readonly Descriptor[] },
  context: Context,
): Promise<Appended> {
  const superseded = new Set<Digest>();
  let wanted = layers;
  for (let attempt = 0; attempt <= ATTEMPTS; attempt++) {
    const before = await store.fetchManifest(tag, context);
    const there = before === undefined ? [] : layersOf(before, `${store.url}:${tag}`);
    const missing = without(wanted, there);
    if (before !== undefined && missing.length === 0) {
      await dropSuperseded(store, superseded, context);
      return { tag, digest: before.descriptor.digest, isNew: attempt > 0 };
    }
    const { manifest, config } = companionManifest([...there, ...missing]);
    await store.push(config, context);
    await store.pushManifest(manifest, context);
    const written = { descriptor: manifest.descriptor, bytes: await readContent(manifest) };
    const [moved] = await store.tag(written, [{ name: tag, immutable: false }], context);
    const replaced = moved?.from;
    if (replaced === undefined || replaced === manifest.descriptor.digest) continue;
    superseded.add(replaced);
    if (replaced === before?.descriptor.digest) continue;
    const lost = await store.fetchManifest(replaced, context);
    if (lost === undefined) continue;
    context.log.debug(`${store.url}:${tag} was changed by somebody else at the same time`);
    wanted = [...wanted, ...without(layersOf(lost, `${store.url}@${replaced}`), wanted)];
  }
  throw new Error(`Cannot write ${store.url}:${tag}: others change it all the time`);
}

/**
 * Takes away what had the tag before and is a part of what has it now. In a layout it would be listed without a name, and
 * count as an artifact of its own; in a registry nobody sees it, and few let anybody delete it. What has another name
 * stays: that is taken away together with a manifest, and whoever wrote the layout may have set the tag to anything.
 */
async function dropSuperseded(
  store: CompanionStore,
  superseded: ReadonlySet<Digest>,
  context: Context,
): Promise<void> {
  if (store.url.startsWith("oci://") || superseded.size === 0) return;
  const named = await namedIn(store, context);
  for (const digest of superseded) {
    if (named?.has(digest) !== false || await store.resolve(digest, context) === undefined) continue;
    await store.deleteManifest(digest, context);
  }
}

/** What has a name; `undefined` where a name stands at several things, so that nobody can say. */
async function namedIn(store: CompanionStore, context: Context): Promise<ReadonlySet<Digest | undefined> | undefined> {
  const named = new Set<Digest | undefined>();
  try {
    for await (const tag of store.tags(context)) named.add((await store.resolve(tag, context))?.digest);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return named;
}

function layersOf({ descriptor, bytes }: StoredManifest, place: string): readonly Descriptor[] {
  const manifest = parseManifest(bytes, descriptor);
  if (manifest.kind === "manifest") return manifest.layers;
  throw new TypeError(`Cannot add to ${place}: it is an index, and no list of signatures`);
}

/** Several signatures of the same bytes differ in their annotations alone. */
function without(layers: readonly Descriptor[], others: readonly Descriptor[]): readonly Descriptor[] {
  const known = new Set(others.map(identity));
  return layers.filter((layer) => !known.has(identity(layer)));
}

function identity(layer: Descriptor): string {
  return JSON.stringify(orderDescriptor(layer));
}
