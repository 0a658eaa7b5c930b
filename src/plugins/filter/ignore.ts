import type { Entry } from "../../pipeline/entry.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { loadIgnoreRules, type PatternSource } from "./pattern_source.ts";

/** Patterns that are known to whoever runs gantry. The last pattern that matches counts. */
export interface IgnoreMeans {
  /** Patterns, and ignore files that are read from the entries, which count before those of the options. */
  readonly before?: readonly PatternSource[];
  /** The same, which count after those of the options. */
  readonly after?: readonly PatternSource[];
}

/** Patterns of one's own. */
export interface IgnoreChoice {
  /** One line of a `.gitignore` each. */
  readonly patterns: readonly string[];
}

/** Leaves out what patterns in `.gitignore` syntax match. Everything below a directory that is left out goes with it. */
export function ignore({ before = [], after = [] }: IgnoreMeans = {}): Factory<"filter", IgnoreChoice> {
  return (kit) =>
    kit.plugin({
      name: "ignore",
      version: "1.0.0",
      apiVersion: 1,
      stage: "filter",
      description: "Leaves out what patterns match, those of ignore files included.",
      options: kit.z.strictObject({
        patterns: kit.z.array(kit.z.string()).default([]).describe("Further patterns, in gitignore syntax."),
      }),
      async run({ entries }, { patterns }, { plugin }): Promise<StageIO["filter"]["out"]> {
        const sources = [...before, { from: plugin.id, patterns }, ...after];
        const rules = await loadIgnoreRules(sources, (name) => readRootFile(entries, name));
        return {
          drop: entries.flatMap(({ path, kind }) => {
            const reason = rules.ignores(path, kind);
            return reason === undefined ? [] : [{ path, reason }];
          }),
        };
      },
    });
}

async function readRootFile(entries: readonly Entry[], name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const entry = entries.find(({ path, kind }) => path === name && kind === "file");
  return entry && new Uint8Array(await new Response(entry.open()).arrayBuffer());
}
