import type { Digest } from "../oci/digest.ts";
import { isVersion } from "../oci/version.ts";
import { type StoreReader, TagExistsError } from "../store/store.ts";
import type { Context } from "../work/context.ts";

/**
 * A version never moves by itself, whatever verb gives it.
 *
 * @param digest What the tag shall point to.
 * @throws {TagExistsError} When the tag is a version, and points to something else.
 */
export async function refuseToMoveVersion(
  store: StoreReader,
  tag: string,
  digest: Digest,
  context: Context,
): Promise<void> {
  if (!isVersion(tag)) return;
  const there = await store.resolve(tag, context);
  if (there === undefined || there.digest === digest) return;
  throw new TagExistsError(store.url, tag, { existing: there.digest, wanted: digest });
}
