import type { Kit } from "../../pipeline/plugin.ts";
import type { Schema } from "../../pipeline/schema.ts";
import type { RevisionStyle } from "./revision.ts";

/** What can be chosen about a revision. */
export interface RevisionChoice {
  /** How it is written. */
  readonly revision: RevisionStyle;
}

/** The schema of a {@linkcode RevisionChoice}. */
export function revisionChoice({ z }: Kit): Schema<RevisionChoice> {
  return z.strictObject({
    revision: z.enum(["commit", "flux"]).default("commit").describe(
      "How a revision is written: the bare commit, or with branch or tag as Flux has it.",
    ),
  });
}
