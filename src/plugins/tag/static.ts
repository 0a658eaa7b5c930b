import type { Factory, StageIO } from "../../pipeline/plugin.ts";

/** Which tags there shall be. */
export interface StaticTagsChoice {
  /** The names. */
  readonly tags: readonly string[];
  /** Whether they may never move to another digest. */
  readonly immutable: boolean;
}

/** Tags with names that are written down. */
export function staticTags(): Factory<"tag", StaticTagsChoice> {
  return (kit) =>
    kit.plugin({
      name: "static",
      version: "1.0.0",
      apiVersion: 1,
      stage: "tag",
      description: "Tags with the names that are written down.",
      options: kit.z.strictObject({
        tags: kit.z.array(kit.z.string()).describe("The tags."),
        immutable: kit.z.boolean().default(false).describe("Whether they may never move to another digest."),
      }),
      run(_input, { tags, immutable }): StageIO["tag"]["out"] {
        return { tags: tags.map((name) => ({ name, immutable })) };
      },
    });
}
