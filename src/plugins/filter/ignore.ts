import type { Entry } from "../../pipeline/entry.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { createPauses } from "../../system/pause.ts";
import { type IgnoreReading, ignoreRules } from "./ignore_reading.ts";
import { directoriesAbove } from "./ignore_rules.ts";
import { loadPatterns, type PatternSource } from "./pattern_source.ts";
import { readingDifference } from "./reading_difference.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** Patterns that are known to whoever runs gantry. The last pattern that matches counts. */
export interface IgnoreMeans {
  /** Patterns, and ignore files that are read from the entries, which count before those of the options. */
  readonly before?: readonly PatternSource[];
  /** The same, which count after those of the options. */
  readonly after?: readonly PatternSource[];
  /** Who says what a pattern means; git when left out. */
  readonly reading?: IgnoreReading;
}

/** Patterns of one's own. */
export interface IgnoreChoice {
  /** One line of a `.gitignore` each. */
  readonly patterns: readonly string[];
}

/**
 * Leaves out what patterns in `.gitignore` syntax match. Everything below a directory that is left out goes with it.
 */
export function ignore(
  { before = [], after = [], reading = "git" }: IgnoreMeans = {},
): Factory<"filter", IgnoreChoice> {
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
      async run({ entries }, { patterns }, { plugin, log, signal }): Promise<StageIO["filter"]["out"]> {
        const sources = [...before, { from: plugin.id, patterns }, ...after];
        const groups = await loadPatterns(sources, (name) => readRootFile(entries, name));
        const rules = ignoreRules(groups, reading);
        const reasons = new Map<string, string>();
        const filled = new Set<string>();
        const pause = createPauses(signal);
        let filledLast = "";
        for (const { path, kind } of entries) {
          const turn = pause();
          if (turn !== undefined) await turn;
          const reason = rules.ignores(path, kind);
          if (reason !== undefined) {
            reasons.set(path, reason);
            continue;
          }
          const above = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
          if (above === filledLast) continue;
          filledLast = above;
          for (const directory of directoriesAbove(path)) filled.add(directory);
        }
        const difference = reading === "git" ? undefined : readingDifference(entries, groups, { rules, reading });
        if (difference !== undefined) log.info(difference);
        // A directory goes with everything in it, so one that something was brought back from has to stay.
        const drop = [...reasons].filter(([path]) => !filled.has(path));
        return { drop: drop.map(([path, reason]) => ({ path, reason })) };
      },
    });
}

async function readRootFile(entries: readonly Entry[], name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const entry = entries.find(({ path, kind }) => path === name && kind === "file");
  return entry && await readBytes(entry.open());
}
