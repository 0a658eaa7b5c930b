import { isPreRelease } from "../../oci/version.ts";
import type { Factory, Skip, StageIO } from "../../pipeline/plugin.ts";
import { knownVersion, type VersionMeans } from "./known_version.ts";
import { type TagChoice, tagChoice } from "./tag_choice.ts";

/** Tags with `latest`, which moves from version to version and never to a pre-release. */
export function latest(means: VersionMeans): Factory<"tag", TagChoice> {
  return (kit) =>
    kit.plugin({
      name: "latest",
      version: "1.0.0",
      apiVersion: 1,
      stage: "tag",
      description: "Tags releases with latest.",
      options: tagChoice(kit, { immutable: false }),
      run(input, { immutable }, context): StageIO["tag"]["out"] | Skip {
        const version = knownVersion(means, input, context);
        if (version === undefined) return context.skip("there is no version");
        if (isPreRelease(version)) return context.skip(`${version} is a pre-release`);
        return { tags: [{ name: "latest", immutable }] };
      },
    });
}
