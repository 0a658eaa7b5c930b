import type { Context } from "../work/context.ts";
import type { Step } from "./flow.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import { tagNames, tagsOfTarget } from "./tag.ts";
import { everyTarget, type Target, type UploadOptions } from "./target.ts";
import { allDone } from "../work/together.ts";
import type { Artifact, Uploaded } from "./values.ts";
import { TagExistsError, type TagName } from "../store/store.ts";

/**
 * Brings the artifact to every target, without any tag.
 *
 * Before the first byte goes anywhere, every target is asked whether a tag that may not move would have to. A target
 * that fails does not stop the others: what they got need not be sent again.
 *
 * While they are asked, they look ahead at what an upload would ask for, so that it can begin at once.
 *
 * @returns A step that throws a `TargetsError`; the cause of each of its errors is a `TagExistsError` or what the
 *   target threw.
 */
export function upload(
  targets: readonly Target[],
  taggers: readonly ReadyPlugin<"tag">[],
  options: UploadOptions = {},
): Step<Artifact, Uploaded> {
  return async (artifact, context) => {
    const tags = await tagNames(taggers, artifact, context);
    refuseOtherDigest(targets, artifact);
    await everyTarget("upload", targets, async (target) => {
      await allDone([
        guardImmutableTags(target, tags, artifact, context),
        target.look?.(artifact, tagsOfTarget(target, tags), context),
      ]);
    });
    const receipts = await everyTarget(
      "upload",
      targets,
      (target) => target.upload(artifact, tagsOfTarget(target, tags), context, options),
    );
    return { ...artifact, tags, receipts };
  };
}

function refuseOtherDigest(targets: readonly Target[], { manifest }: Artifact): void {
  for (const { url, ownDigest } of targets) {
    if (ownDigest === undefined || ownDigest === manifest.descriptor.digest) continue;
    throw new RangeError(
      `Cannot publish to ${url}@${ownDigest}: the artifact's digest is ${manifest.descriptor.digest}`,
    );
  }
}

async function guardImmutableTags(
  target: Target,
  tags: readonly TagName[],
  artifact: Artifact,
  context: Context,
): Promise<void> {
  const immutable = tagsOfTarget(target, tags).filter((tag) => tag.immutable);
  const { digest } = artifact.manifest.descriptor;
  await allDone(immutable.map(async ({ name }) => {
    const existing = await target.resolve(name, context);
    if (existing !== undefined && existing !== digest) {
      throw new TagExistsError(target.url, name, { existing, wanted: digest });
    }
  }));
}
