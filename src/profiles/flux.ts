import { FLUX_CONFIG_MEDIA_TYPE, FLUX_CONTENT_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { type ArchiveMeans, chosenGzip, type GzipChoice, gzipChoice } from "../pack/compression_choice.ts";
import { emptyImageConfig } from "./image.ts";
import { packLayer } from "../pack/layer.ts";
import { tree } from "../pack/tree.ts";
import type { Profile } from "./profile.ts";

/**
 * What `flux push artifact` leaves out unless it is told otherwise.
 *
 * @see {@link https://github.com/fluxcd/flux2/blob/v2.9.4/cmd/flux/build_artifact.go | flux2 2.9.4, build_artifact.go}
 */
const FLUX_DEFAULT_IGNORES: readonly string[] = [
  ".git/",
  ".gitignore",
  ".gitmodules",
  ".gitattributes",
  "*.jpg",
  "*.jpeg",
  "*.gif",
  "*.png",
  "*.wmv",
  "*.flv",
  "*.tar.gz",
  "*.zip",
];

/** Manifests for Flux: `OCIRepository` of source-controller, `flux pull artifact` and `flux list artifacts`. */
export const FLUX_PROFILE: Profile = {
  signs: [".sourceignore"],
  ignoreFile: ".sourceignore",
  ignoreReading: "go-git",
  defaultIgnores: FLUX_DEFAULT_IGNORES,
  ownRules: [],
  revision: "flux",
  expects: ["source", "revision"],
  needsTag: false,
  usesTime: false,
  compressions: ["gzip"],
  takes: [],
  configMediaType: FLUX_CONFIG_MEDIA_TYPE,
  archive: flux,
};

/** One gzip layer, as `flux push artifact` makes it and source-controller's OCIRepository reads it. */
export function flux(means: ArchiveMeans = {}): Factory<"archive", GzipChoice> {
  return (kit) =>
    kit.plugin({
      name: "flux",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "One gzip layer, for Flux.",
      options: gzipChoice(kit),
      async run({ entries }, options, context): Promise<Contents> {
        const { content } = await packLayer({
          entries: tree(entries, { root: true, trailingSlash: false }),
          mediaType: FLUX_CONTENT_MEDIA_TYPE,
          compression: chosenGzip(options, means),
          cache: means.cache,
        }, context);
        return { config: emptyImageConfig(FLUX_CONFIG_MEDIA_TYPE), layers: [content] };
      },
    });
}
