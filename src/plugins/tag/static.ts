import type { Tagger } from "../../pipeline/plugin.ts";

/** Tags with names that were given. */
export function staticTags(names: readonly string[], { immutable }: { readonly immutable: boolean }): Tagger {
  return { name: "static", tags: () => Promise.resolve(names.map((name) => ({ name, immutable }))) };
}
