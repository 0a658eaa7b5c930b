import { parseTag } from "../oci/tag.ts";
import type { Context } from "../work/context.ts";
import type { Step } from "./flow.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import { blame } from "./stage_error.ts";
import { everyTarget, type Target } from "./target.ts";
import type { Artifact, Publication, Published, Receipt, Uploaded } from "./values.ts";
import type { TagName } from "../store/store.ts";

/** Lets the tags point to the artifact, now that every target has all of it. */
export function tag(targets: readonly Target[]): Step<Uploaded, Publication> {
  return async (uploaded, context) => {
    const moved = await everyTarget(
      "tag",
      targets,
      (target) => target.tag(uploaded, tagsOfTarget(target, uploaded.tags), context),
    );
    const { tags: _, receipts, ...artifact } = uploaded;
    const published = receipts.map((receipt: Receipt, at): Published => ({ ...receipt, tags: moved[at] ?? [] }));
    return { ...artifact, published };
  };
}

/**
 * Asks plugins for names, in their order and each name once. A name that any of them calls immutable is immutable.
 *
 * @throws {StageError} When a name is no tag; it names the plugin.
 */
export async function tagNames(
  plugins: readonly ReadyPlugin<"tag">[],
  { manifest, annotations }: Artifact,
  context: Context,
): Promise<readonly TagName[]> {
  const { digest } = manifest.descriptor;
  const names = new Map<string, TagName>();
  for (const plugin of plugins) {
    const given = await plugin.run({ digest, annotations }, context);
    const wanted = (given?.tags ?? []).map((tag) => typeof tag === "string" ? { name: tag, immutable: false } : tag);
    await blame("tag", plugin.id, () => wanted.forEach(({ name }) => parseTag(name)));
    for (const { name, immutable } of wanted) {
      names.set(name, { name, immutable: immutable || names.get(name)?.immutable === true });
    }
  }
  return [...names.values()];
}

/** The tags for one target: those for every target, and the one of its own reference. */
export function tagsOfTarget(target: Target, names: readonly TagName[]): readonly TagName[] {
  const { ownTag } = target;
  if (ownTag === undefined || names.some(({ name }) => name === ownTag.name)) return names;
  return [ownTag, ...names];
}
