import type { Entry } from "../../pipeline/entry.ts";
import type { Filter } from "../../pipeline/plugin.ts";
import type { Dropped } from "../../pipeline/values.ts";
import { loadIgnoreRules, type PatternSource } from "./pattern_source.ts";

/**
 * Leaves out what patterns in `.gitignore` syntax match. Everything below a directory that is left out goes with it.
 *
 * @param sources Patterns, and ignore files that are read from the entries, in the order in which they count.
 */
export function ignore(sources: readonly PatternSource[]): Filter {
  return {
    name: "ignore",
    async filter(entries): Promise<readonly Dropped[]> {
      const rules = await loadIgnoreRules(sources, (name) => readRootFile(entries, name));
      return entries.flatMap(({ path, kind }) => {
        const reason = rules.ignores(path, kind);
        return reason === undefined ? [] : [{ path, reason }];
      });
    },
  };
}

async function readRootFile(entries: readonly Entry[], name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const entry = entries.find(({ path, kind }) => path === name && kind === "file");
  return entry && new Uint8Array(await new Response(entry.open()).arrayBuffer());
}
