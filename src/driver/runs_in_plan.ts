import type { PluginBase, Stage } from "../pipeline/plugin.ts";

/**
 * Tells whether a plugin runs in a plan. What is there to leave traces outside never does; a plugin of tag only names
 * tags, and a plan shows them.
 */
export function runsInPlan({ stage, inPlan }: Pick<PluginBase<Stage, unknown>, "stage" | "inPlan">): boolean {
  return inPlan !== "skip" && (stage === "tag" || !/upload|:tag$/.test(stage));
}
