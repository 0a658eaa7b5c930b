import type { Content } from "../oci/descriptor.ts";
import { IMAGE_LAYER_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Host } from "../pipeline/host.ts";
import { GZIP_LEVEL } from "../pack/compression.ts";
import { packLayer } from "../pack/layer.ts";
import type { OpenLayerCache } from "../pack/layer_cache.ts";
import { tree } from "../pack/tree.ts";
import { whenIdle } from "./when_idle.ts";

/** What a host cannot know by itself. */
export interface HostOptions extends Pick<Host, "version" | "mode" | "env"> {
  /** The time that stands for now. */
  readonly sourceDate?: Date | undefined;
  /** How many threads compress; 0 when left out. */
  readonly workers?: number;
  /** Opens the cache of layers; without it every layer is made anew. */
  readonly cache?: OpenLayerCache | undefined;
  /** Calls code of a plugin; just that when left out. */
  readonly during?: Host["during"];
}

/** Makes the host that runs plugins in this process. */
export function createHost({ version, mode, env, sourceDate, workers = 0, cache, during }: HostOptions): Host {
  return {
    version,
    mode,
    sourceDate,
    env,
    async layer(entries, { mediaType = `${IMAGE_LAYER_MEDIA_TYPE}+gzip`, annotations }, context): Promise<Content> {
      const { content } = await packLayer({
        entries: tree(entries, { root: true, trailingSlash: false }),
        mediaType,
        compression: { kind: "gzip", level: GZIP_LEVEL, workers },
        cache,
        ...(annotations === undefined ? {} : { annotations }),
      }, context);
      return content;
    },
    timer(milliseconds, elapsed): () => void {
      // A timer takes 32 bits and would elapse at once with more.
      const timer = setTimeout(elapsed, Math.min(milliseconds, 2 ** 31 - 1));
      Deno.unrefTimer(timer);
      return () => clearTimeout(timer);
    },
    whenIdle,
    during: during ?? ((_plugin, work) => work()),
  };
}
