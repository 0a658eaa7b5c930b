import type { Stage } from "./plugin.ts";
import type { StageName } from "./stage_error.ts";

/** The six stages, in their order. */
export const STAGE_NAMES = ["collect", "filter", "archive", "annotate", "upload", "tag"] as const satisfies StageName[];

/** Every place where a plugin can stand, in the order in which they are passed. */
export const STAGES: readonly Stage[] = STAGE_NAMES.flatMap((name) =>
  [`before:${name}`, name, `after:${name}`] as const
);

/** The stage that a place is, or is beside. */
export function stageNameOf(stage: Stage): StageName {
  return stage.replace(/^(?:before|after):/, "") as StageName;
}
