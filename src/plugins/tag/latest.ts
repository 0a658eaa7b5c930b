import { isPreRelease } from "../../oci/version.ts";
import type { Factory, Skip, StageIO } from "../../pipeline/plugin.ts";
import { type TagChoice, tagChoice } from "./tag_choice.ts";
import type { VersionMeans } from "./version.ts";

/** Tags with `latest`, which moves from version to version and never to a pre-release. */
export function latest({ version }: VersionMeans): Factory<"tag", TagChoice> {
  return (kit) =>
    kit.plugin({
      name: "latest",
      version: "1.0.0",
      apiVersion: 1,
      stage: "tag",
      description: "Tags releases with latest.",
      options: tagChoice(kit, { immutable: false }),
      run(_input, { immutable }, context): StageIO["tag"]["out"] | Skip {
        if (version === undefined) return context.skip("there is no version");
        if (isPreRelease(version)) return context.skip(`${version} is a pre-release`);
        return { tags: [{ name: "latest", immutable }] };
      },
    });
}
