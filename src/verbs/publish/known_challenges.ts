import type { Cache, CacheOptions } from "../../cache/cache.ts";
import type { ChallengeMemory } from "../../registry/login/challenge_memory.ts";

/**
 * Keeps in the cache how registries want to be asked. The cache is imported when there is somebody to ask.
 *
 * Credentials go where it says, so it must be as safe from others as the files that hold them: a cache that others can
 * change is not used. There is no secret in it.
 */
export function challengesIn(directory: string, options: CacheOptions): ChallengeMemory {
  let opened: Promise<Cache | undefined> | undefined;
  const cache = (): Promise<Cache | undefined> =>
    opened ??= import("../../cache/cache.ts").then(({ openCache }) => openCache(directory, options));
  return {
    recall: async (registry): Promise<string | undefined> => (await (await cache())?.find(keyOf(registry)))?.record,
    keep: async (registry, challenge): Promise<void> =>
      await (await cache())?.keep(keyOf(registry), { record: challenge, size: 0, write: writeNothing }),
    forget: async (registry): Promise<void> => await (await cache())?.drop(keyOf(registry)),
  };
}

function keyOf(registry: string): string {
  return `challenge\n${registry}`;
}

/** All that there is to know is in the record. */
async function writeNothing(path: string): Promise<void> {
  await Deno.writeFile(path, new Uint8Array(), { createNew: true, mode: 0o600 });
}
