import type { Kit } from "../../pipeline/plugin.ts";
import type { Schema } from "../../pipeline/schema.ts";

/** What can be chosen about a tag. */
export interface TagChoice {
  /** Whether it may never move to another digest. */
  readonly immutable: boolean;
}

/** The schema of a {@linkcode TagChoice}. */
export function tagChoice({ z }: Kit, { immutable }: TagChoice): Schema<TagChoice> {
  return z.strictObject({
    immutable: z.boolean().default(immutable).describe("Whether the tag may never move to another digest."),
  });
}
