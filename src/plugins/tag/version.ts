import type { Factory, Skip, StageIO } from "../../pipeline/plugin.ts";
import { knownVersion, type VersionMeans } from "./known_version.ts";
import { type TagChoice, tagChoice } from "./tag_choice.ts";

/** Tags with the version, which never moves unless the user says so. */
export function version(means: VersionMeans): Factory<"tag", TagChoice> {
  return (kit) =>
    kit.plugin({
      name: "version",
      version: "1.0.0",
      apiVersion: 1,
      stage: "tag",
      description: "Tags with the version.",
      options: tagChoice(kit, { immutable: true }),
      run(input, { immutable }, context): StageIO["tag"]["out"] | Skip {
        const version = knownVersion(means, input, context);
        if (version === undefined) return context.skip("there is no version");
        return { tags: [{ name: means.tagOf?.(version) ?? version, immutable }] };
      },
    });
}
