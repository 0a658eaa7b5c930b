import type { Digest } from "../oci/digest.ts";
import { parseTag } from "../oci/tag.ts";
import { isVersion } from "../oci/version.ts";
import { OptionsError } from "../options/options_error.ts";
import { openStore, parsePlace } from "../places/open_store.ts";
import { missingName } from "../store/missing_name.ts";
import { sayDone } from "../work/context.ts";
import { optionOf } from "./option_of.ts";
import { withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What gets more names. */
export interface TagOptions extends VerbOptions {
  /** The artifact, with a tag or a digest. */
  readonly source: string;
  /** The names that it gets. */
  readonly tags: readonly string[];
  /** Whether a tag may move that is a version. */
  readonly force?: boolean;
}

/** What got more names, as `gantry tag -o json` prints it. */
export interface TagResult {
  /** The artifact with its digest. */
  readonly url: string;
  /** The names that it got, each once. */
  readonly tags: readonly string[];
  /** The digest of its manifest. */
  readonly digest: Digest;
}

/**
 * Gives more names to what was published.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {TagExistsError} When a tag is a version, and points to something else.
 * @throws {RegistryError} When a registry refuses.
 */
export async function tagStored(options: TagOptions): Promise<TagResult> {
  const { source, force = false } = options;
  const tags = [...new Set(options.tags.map((name) => optionOf(name, parseTag)).filter((name) => name !== undefined))];
  const place = parsePlace(source);
  return await withSession(options, { places: [place] }, async ({ access, context }) => {
    const { store: opened, name } = await openStore(place, { access, right: "push", mustExist: true });
    await using store = opened;
    if (name === undefined) {
      throw new OptionsError(`Cannot tag ${JSON.stringify(source)}: name what gets the tags, by a tag or a digest`);
    }
    const manifest = await store.fetchManifest(name, context);
    if (manifest === undefined) throw await missingName(store, name, context);
    const { digest } = manifest.descriptor;
    // A version never moves by itself, whatever verb gives it.
    await store.tag(manifest, tags.map((name) => ({ name, immutable: !force && isVersion(name) })), context);
    await store.commit(context);
    sayDone(context.log, `Tagged ${store.url}@${digest} as ${tags.join(", ")}`);
    return { url: `${store.url}@${digest}`, tags, digest };
  });
}
