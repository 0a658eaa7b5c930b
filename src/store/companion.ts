import type { Context } from "../work/context.ts";
import { together } from "../work/together.ts";
import { arrivingWith, layersIn, mergeCompanion, without } from "./merge_companion.ts";
import type { ArrivingLayers, Store, StoredManifest } from "./store.ts";
import { untilKept } from "./until_kept.ts";

/** What is needed of a store. */
export type CompanionStore = Pick<
  Store,
  "url" | "fetchManifest" | "push" | "pushManifest" | "tag" | "append" | "settle"
>;

/** What comes to stand behind one tag. */
export interface ArrivingCompanion extends ArrivingLayers {
  /** The tag, such as `sha256-….sig`. */
  readonly tag: string;
}

/**
 * Adds layers to those behind such a tag. What others have there stays; what came there after the look, and was
 * replaced by the writing, is taken over where the store tells of it.
 *
 * @returns Does it, unless they are there, and gives what to say if they do not stay: see {@linkcode untilKept}.
 */
export function companionWriter(
  store: CompanionStore,
  { tag, ...arriving }: ArrivingCompanion,
): (context: Context) => Promise<string | undefined> {
  const place = `${store.url}:${tag}`;
  let wanted: ArrivingLayers = arriving;
  let isAppended = false;

  return async (context) => {
    if (store.append !== undefined) {
      if (!isAppended) await store.append(tag, wanted, context);
      isAppended = true;
      return undefined;
    }
    const before = await store.fetchManifest(tag, context);
    const merged = await mergeCompanion(before, wanted, place);
    if (merged === undefined) return undefined;
    const [config, manifest] = merged.contents;
    if (config !== undefined) await store.push(config, context);
    if (manifest !== undefined) await store.pushManifest(manifest, context);
    const [moved] = await store.tag(merged.manifest, [{ name: tag, immutable: false }], context);
    const known = [before, merged.manifest].map((stored) => stored?.descriptor.digest);
    const replaced = moved?.from !== undefined && !known.includes(moved.from)
      ? await store.fetchManifest(moved.from, context)
      : undefined;
    const lost = replaced === undefined ? [] : layersIn(replaced) ?? [];
    if (lost.length > 0) context.log.debug(`${place} was changed by somebody else at the same time`);
    // From now on the layers count alone: two who bring different manifests of the same ones would never end.
    wanted = { layers: [...wanted.layers, ...without(lost, wanted.layers)] };
    return `Cannot write ${place}: others change it all the time`;
  };
}

/**
 * Lets such tags point to manifests from another place, as they are. Where something would be lost by that which others
 * have behind a tag, the layers are added to it instead; an index has none, and takes the place of no list of them.
 *
 * @throws {SyntaxError} When one is no manifest.
 * @throws {Error} When other writers are always faster.
 */
export async function takeCompanions(
  store: CompanionStore,
  companions: readonly { readonly tag: string; readonly manifest: StoredManifest }[],
  { context, concurrency }: { readonly context: Context; readonly concurrency: number },
): Promise<void> {
  const writers = companions.map(({ tag, manifest }) => companionWriter(store, { tag, ...arrivingWith(manifest) }));
  await untilKept(store, async () => {
    const problems = await together(writers, { context, concurrency }, async (write, inner) => [await write(inner)]);
    return problems.flat().find((problem) => problem !== undefined);
  }, context);
}
