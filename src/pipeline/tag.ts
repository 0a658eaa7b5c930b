import type { Step } from "./flow.ts";
import type { Target } from "./target.ts";
import { tagsOfTarget } from "./tag_names.ts";
import { everyTarget } from "./targets.ts";
import type { Publication, Published, Receipt, Uploaded } from "./values.ts";

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
