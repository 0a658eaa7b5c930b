import type { Digest } from "../oci/digest.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { openStore, parsePlace } from "../places/open_store.ts";
import { missingName } from "../store/missing_name.ts";
import { type Store, UnsupportedError } from "../store/store.ts";
import { counted } from "../work/amounts.ts";
import type { Context } from "../work/context.ts";
import { inParallel } from "../work/together.ts";
import { type Session, withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";
import { TagStaysError } from "./tag_stays_error.ts";
import { messageOf } from "../work/message_of.ts";

/** What to delete. */
export interface DeleteOptions extends VerbOptions {
  /** `…:TAG` for a tag alone, `…@DIGEST` for a manifest with all of its tags. */
  readonly source: string;
  /**
   * Asked when everything is known and nothing was deleted; whatever was asked for is meant when left out.
   *
   * @returns Whether to go on.
   */
  readonly confirm?: (deletion: Deletion) => Promise<boolean>;
}

/** What the deletion of a manifest does besides. */
export interface DeleteEffects {
  /** The tags that go with it; absent when nobody can say. */
  readonly tags?: readonly string[];
  /** What refers to it, and stays; absent when nobody can say. */
  readonly referrers?: readonly Digest[];
}

/** What will be deleted. */
export interface Deletion {
  /** What it is, in a sentence. */
  readonly question: string;
  /** What was, or will be, the outcome. */
  readonly result: DeleteResult;
}

/** What was deleted, as `gantry delete -o json` prints it. */
export interface DeleteResult extends DeleteEffects {
  /** The place with the digest of the manifest. */
  readonly url: string;
  /** The digest of the manifest. */
  readonly digest: Digest;
  /** Whether the manifest is gone too, and not a tag alone. */
  readonly isManifestDeleted: boolean;
}

/**
 * Takes away a tag, or a manifest with all of its tags.
 *
 * @returns `undefined` when `confirm` said no.
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such tag or manifest.
 * @throws {UnsupportedError} When the place cannot do it; a {@linkcode TagStaysError} of a tag alone.
 * @throws {RegistryError} When a registry refuses.
 */
export async function deleteStored(options: DeleteOptions): Promise<DeleteResult | undefined> {
  const { source } = options;
  const place = parsePlace(source);
  return await withSession(options, { places: [place] }, async (session) => {
    const { access, context } = session;
    const { store: opened } = await openStore(place, { access, right: "delete", mustExist: true });
    await using store = opened;
    const { name, tag } = oneName(place);
    const manifest = await store.resolve(name, context);
    if (manifest === undefined) throw await missingName(store, name, context);
    const { digest } = manifest;
    const effects = tag === undefined ? await deleteEffects(store, digest, session) : { tags: [tag] };
    const result = { url: `${store.url}@${digest}`, digest, isManifestDeleted: tag === undefined, ...effects };
    const question = questionOf(store, digest, tag, effects);
    if (await options.confirm?.({ question, result }) === false) return undefined;
    if (tag === undefined) await store.deleteManifest(digest, context);
    else await untag(store, tag, digest, context);
    await store.commit(context);
    if (tag === undefined) {
      context.log.info(`Deleted ${result.url} ${tagsThatGo(effects)}.${referrersThatStay(effects)}`);
    }
    return result;
  });
}

/** A tag and a digest together do not say which of them is to go. */
function oneName(reference: Reference): { readonly name: string; readonly tag?: string } {
  const { tag, digest } = reference;
  if (tag !== undefined && digest === undefined) return { name: tag, tag };
  if (tag === undefined && digest !== undefined) return { name: digest };
  throw new OptionsError(
    `Cannot delete ${formatReference(reference)}: name a tag, or the digest of a manifest, and not ${
      tag === undefined ? "everything" : "both"
    }`,
  );
}

async function untag(store: Store, tag: string, digest: Digest, context: Context): Promise<void> {
  try {
    await store.untag(tag, context, { from: digest });
  } catch (error) {
    if (error instanceof UnsupportedError) throw new TagStaysError(error, `${store.url}@${digest}`);
    throw error;
  }
}

/** How many tags are asked for what they point to: a deletion should not take minutes. */
const TAG_LIMIT = 1000;

/** Finds out what else the deletion of a manifest does. What cannot be found out does not stop it. */
async function deleteEffects(
  store: Store,
  digest: Digest,
  { context, concurrency }: Session,
): Promise<DeleteEffects> {
  const tags = await orNothing(async () => {
    const all = await Array.fromAsync(store.tags(context));
    if (all.length > TAG_LIMIT) return undefined;
    const found = await inParallel(all, concurrency, async (tag) => {
      return (await store.resolve(tag, context))?.digest === digest ? [tag] : [];
    });
    return found.flat().sort();
  });
  const referrers = await orNothing(async () => (await store.referrers(digest, context)).map(({ digest }) => digest));
  return { ...(tags === undefined ? {} : { tags }), ...(referrers === undefined ? {} : { referrers }) };

  async function orNothing<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await find();
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.debug(`Cannot say what else is deleted: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function questionOf({ url }: Store, digest: Digest, tag: string | undefined, effects: DeleteEffects): string {
  return tag === undefined
    ? `Delete the manifest ${url}@${digest} ${tagsThatGo(effects)}?${referrersThatStay(effects)}`
    : `Delete the tag ${url}:${tag}? The manifest ${digest} stays.`;
}

/** Names the tags that go: `and its tags 1.0.0, latest`. */
function tagsThatGo({ tags }: DeleteEffects): string {
  if (tags === undefined) return "and all of its tags";
  if (tags.length === 0) return "which has no tags";
  return `and ${tags.length === 1 ? "its tag" : "its tags"} ${tags.join(", ")}`;
}

/** Says what refers to it, as a sentence with a space before it; empty when nothing does. */
function referrersThatStay({ referrers = [] }: DeleteEffects): string {
  if (referrers.length === 0) return "";
  return ` ${counted(referrers.length, "referrer")} of it ${referrers.length === 1 ? "stays" : "stay"}.`;
}
