import type { Tagger } from "../../pipeline/plugin.ts";

/** Tags with `latest`, which moves from version to version. */
export function latest({ immutable }: { readonly immutable: boolean }): Tagger {
  return { name: "latest", tags: () => Promise.resolve([{ name: "latest", immutable }]) };
}
