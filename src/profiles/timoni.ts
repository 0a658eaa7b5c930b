import { TIMONI_CONFIG_MEDIA_TYPE, TIMONI_CONTENT_MEDIA_TYPE } from "../oci/media_types.ts";
import { TIMONI_CONTENT_TYPE_ANNOTATION } from "../oci/annotation_keys.ts";
import type { Content } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { type ArchiveMeans, chosenGzip, type GzipChoice, gzipChoice } from "../pack/compression_choice.ts";
import { emptyImageConfig } from "./image.ts";
import { type LayerOptions, packLayer } from "../pack/layer.ts";
import { tree } from "../pack/tree.ts";
import type { Profile } from "./profile.ts";

/** Modules for Timoni: `timoni mod pull`, `timoni mod list` and `timoni apply`. */
export const TIMONI_PROFILE: Profile = {
  signs: ["timoni.cue"],
  ignoreFile: "timoni.ignore",
  ignoreReading: "go-git",
  defaultIgnores: [],
  // Timoni packs the root's cue.mod whole, whatever its ignore file says, and no other cue.mod at all.
  ownRules: ["cue.mod/", "!/cue.mod", "/cue.mod/**/.git"],
  revision: "commit",
  expects: ["version"],
  needsTag: true,
  usesTime: false,
  compressions: ["gzip"],
  takes: [],
  configMediaType: TIMONI_CONFIG_MEDIA_TYPE,
  archive: timoni,
};

/** What Timoni unpacks of one layer at most, in bytes. */
const UNPACKED_LIMIT = 100 * 1024 * 1024;

/**
 * Two layers, as `timoni mod push` makes them: the vendored schemas in `cue.mod`, then the module itself. Schemas
 * change seldom, so that layer is shared between versions.
 */
export function timoni(means: ArchiveMeans = {}): Factory<"archive", GzipChoice> {
  return (kit) =>
    kit.plugin({
      name: "timoni",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "Two gzip layers, for Timoni: the vendored schemas, then the module.",
      options: gzipChoice(kit),
      async run({ entries }, options, context): Promise<Contents> {
        if (!entries.some(({ path }) => path === "timoni.cue")) {
          context.log.warn('There is no file "timoni.cue": Timoni cannot apply this module');
        }
        const vendored = entries.filter(({ path }) => path === "cue.mod" || path.startsWith("cue.mod/"));
        const own = entries.filter(({ path }) => path !== "cue.mod" && !path.startsWith("cue.mod/"));
        for (const [name, part] of [["cue.mod", vendored], ["the module", own]] as const) {
          if (sizeOf(part) > UNPACKED_LIMIT) context.log.warn(`Timoni refuses to unpack ${name}: it is over 100 MiB`);
        }
        const how = { compression: chosenGzip(options, means), cache: means.cache };
        return {
          config: emptyImageConfig(TIMONI_CONFIG_MEDIA_TYPE),
          layers: [
            await layer("module/vendor", vendored, how, context),
            await layer("module", own, how, context),
          ],
        };
      },
    });
}

async function layer(
  contentType: string,
  entries: readonly Entry[],
  how: Pick<LayerOptions, "compression" | "cache">,
  context: Context,
): Promise<Content> {
  const { content } = await packLayer({
    entries: tree(entries, { root: true, trailingSlash: false }),
    mediaType: TIMONI_CONTENT_MEDIA_TYPE,
    annotations: { [TIMONI_CONTENT_TYPE_ANNOTATION]: contentType },
    ...how,
  }, context);
  return content;
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}
