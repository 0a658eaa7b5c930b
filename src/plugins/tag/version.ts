import type { Factory, Skip, StageIO } from "../../pipeline/plugin.ts";
import { type TagChoice, tagChoice } from "./tag_choice.ts";

/** The version of what is published. */
export interface VersionMeans {
  /** A checked SemVer version without build metadata; `undefined` when there is none. */
  readonly version: string | undefined;
}

/** Tags with the version, which never moves unless the user says so. */
export function version({ version }: VersionMeans): Factory<"tag", TagChoice> {
  return (kit) =>
    kit.plugin({
      name: "version",
      version: "1.0.0",
      apiVersion: 1,
      stage: "tag",
      description: "Tags with the version.",
      options: tagChoice(kit, { immutable: true }),
      run(_input, { immutable }, context): StageIO["tag"]["out"] | Skip {
        if (version === undefined) return context.skip("there is no version");
        return { tags: [{ name: version, immutable }] };
      },
    });
}
