import type { Tagger } from "../../pipeline/plugin.ts";

/**
 * Tags with the version.
 *
 * @param version A checked SemVer version without build metadata.
 * @param immutable Whether the tag may never move; `false` lets it.
 */
export function version(version: string, { immutable }: { readonly immutable: boolean }): Tagger {
  return { name: "version", tags: () => Promise.resolve([{ name: version, immutable }]) };
}
