import type { Cache } from "../../cache/cache.ts";
import { VERSION } from "../../host/version.ts";
import type { OpenLayerCache } from "../../pack/layer_cache.ts";
import type { Log } from "../../work/context.ts";
import type { Settings } from "./settings.ts";

/** Makes the function that opens the cache of layers; `undefined` where none is wanted, or nobody says where it is. */
export function layerCache(
  { cache, cacheDirectory: directory }: Pick<Settings, "cache" | "cacheDirectory">,
  log: Log,
): OpenLayerCache | undefined {
  if (!cache || directory === undefined) return undefined;
  let opened: Promise<Cache | undefined> | undefined;
  return () => opened ??= open(directory, log);
}

/** Imported only now, because small pushes need none. */
async function open(directory: string, log: Log): Promise<Cache | undefined> {
  const { openCache } = await import("../../cache/cache.ts");
  return openCache(directory, { version: VERSION, log });
}
