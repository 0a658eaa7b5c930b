import type { Context } from "./context.ts";
import type { Tagger, Target } from "./plugin.ts";
import { blame } from "./stage_error.ts";
import { parseTag } from "../oci/tag.ts";
import type { Artifact, TagName } from "./values.ts";

/**
 * Asks the taggers for names, in their order and each name once. A name that any of them calls immutable is immutable.
 *
 * @throws {StageError} When a name is no tag; it names the tagger.
 */
export async function tagNames(
  taggers: readonly Tagger[],
  artifact: Artifact,
  context: Context,
): Promise<readonly TagName[]> {
  const names = new Map<string, TagName>();
  for (const tagger of taggers) {
    const wanted = await blame("tag", tagger.name, async () => {
      const wanted = await tagger.tags(artifact, context);
      wanted.forEach(({ name }) => parseTag(name));
      return wanted;
    });
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
