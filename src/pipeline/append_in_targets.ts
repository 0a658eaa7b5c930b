import type { Descriptor } from "../oci/descriptor.ts";
import { companionTag } from "../store/companion_tags.ts";
import { UnsupportedError } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import type { Companion } from "./plugin.ts";
import { everyTarget, type Target } from "./target.ts";

/**
 * Adds layers to what stands behind a tag made of the artifact's digest, in every target.
 *
 * @returns The tag.
 * @throws {UnsupportedError} When the digest is too long for a tag.
 * @throws {TargetsError} When a target cannot take it. Nothing was brought anywhere if that is because it takes nothing
 *   of that kind; the cause is an `UnsupportedError` then.
 */
export async function appendInTargets(
  companion: Companion,
  { descriptor: { mediaType, digest, size } }: { readonly descriptor: Descriptor },
  targets: readonly Target[],
  context: Context,
): Promise<string> {
  const { ending } = companion;
  const tag = companionTag(digest, ending);
  if (tag === undefined) throw new UnsupportedError(`Cannot write a .${ending} tag: ${digest} is too long for one`);
  await everyTarget("upload", targets, async (target) => {
    if (target.append === undefined) {
      throw new UnsupportedError(
        `Cannot write tag ${tag} in ${target.url}: it takes no tags beside the artifact's own`,
      );
    }
    await Promise.resolve();
  });
  const appended = { ...companion, tag, subject: { mediaType, digest, size } };
  await everyTarget("upload", targets, (target) => target.append?.(appended, context) ?? Promise.resolve());
  return tag;
}
