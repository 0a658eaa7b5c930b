import { bytesContent } from "../oci/bytes_content.ts";
import {
  CONFTEST_CONFIG_MEDIA_TYPE,
  CONFTEST_DATA_MEDIA_TYPE,
  CONFTEST_POLICY_MEDIA_TYPE,
} from "../oci/media_types.ts";
import { rawLayers } from "../pack/raw_layers.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import type { Profile, SourceListing } from "./profile.ts";

/** Policies in Rego and the data that they use: `conftest pull`, `conftest test --update`. */
export const CONFTEST_PROFILE: Profile = {
  signs: [],
  recognizes,
  ignoreReading: "git",
  defaultIgnores: [],
  ownRules: [],
  only: {
    choose: () => (path) => mediaTypeOf(path) !== undefined,
    reason: "neither a policy nor data (conftest profile)",
  },
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: false,
  compressions: [],
  takes: [],
  configMediaType: CONFTEST_CONFIG_MEDIA_TYPE,
  // Its config is the one of everything that the first version of oras has pushed.
  layerMediaTypes: [CONFTEST_POLICY_MEDIA_TYPE, CONFTEST_DATA_MEDIA_TYPE],
  archive: conftest,
};

/**
 * One layer for each file, as `conftest push` makes them: policies and data, nothing else. `conftest pull` writes each
 * file where its title says; conftest's own push writes them in no certain order, here it is that of a walk.
 *
 * @see {@link https://github.com/open-policy-agent/conftest/blob/v0.71.1/internal/commands/push.go | conftest 0.71.1, push.go}
 */
export function conftest(): Factory<"archive", Readonly<Record<never, never>>> {
  return (kit) =>
    kit.plugin({
      name: "conftest",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A layer for each policy and each file of data, for conftest.",
      options: kit.z.strictObject({}),
      async run({ entries }, _options, context): Promise<Contents> {
        const wanted = entries.filter(({ path, kind }) => kind === "file" && mediaTypeOf(path) !== undefined);
        if (!wanted.some(({ path }) => path.endsWith(".rego"))) {
          context.log.warn("There is no policy (.rego) among the files: conftest has nothing to test with");
        }
        return {
          config: bytesContent(CONFTEST_CONFIG_MEDIA_TYPE, new TextEncoder().encode("{}")),
          layers: await rawLayers(wanted, (path) => mediaTypeOf(path) ?? CONFTEST_DATA_MEDIA_TYPE, context),
        };
      },
    });
}

/** conftest goes by the endings, and calls YAML by the name of JSON. */
function mediaTypeOf(path: string): string | undefined {
  if (path.endsWith(".rego")) return CONFTEST_POLICY_MEDIA_TYPE;
  return /\.(?:json|ya?ml)$/.test(path) ? CONFTEST_DATA_MEDIA_TYPE : undefined;
}

/** A policy or more, and nothing but data beside them. */
async function recognizes({ kind, files }: SourceListing): Promise<string | undefined> {
  if (kind !== "directory") return undefined;
  let hasPolicy = false;
  for await (const { path } of files()) {
    if (mediaTypeOf(path) === undefined) return undefined;
    hasPolicy ||= path.endsWith(".rego");
  }
  return hasPolicy ? "there are policies (.rego), and nothing but data beside them" : undefined;
}
