import type { Command, Option } from "commander";

/** Flags that many commands have: each command's help names the page that explains them. */
export interface FoldedFlags {
  readonly count: number;
  /** What they are about, such as `registries`. */
  readonly what: string;
  /** The topic of `gantry help` that explains them. */
  readonly topic: string;
}

const FOLDED = new WeakMap<Option, Omit<FoldedFlags, "count">>();

/** Takes options that a command has already out of its help, and says there where they are explained. */
export function foldFlags(options: readonly Option[], where: Omit<FoldedFlags, "count">): void {
  for (const option of options) {
    option.hideHelp();
    FOLDED.set(option, where);
  }
}

/** What was folded among the flags of a command, a row for each page. */
export function foldedFlags(command: Command): readonly FoldedFlags[] {
  const pages = new Map<string, FoldedFlags>();
  for (const option of command.options) {
    const where = FOLDED.get(option);
    if (where === undefined) continue;
    pages.set(where.topic, { ...where, count: (pages.get(where.topic)?.count ?? 0) + 1 });
  }
  return [...pages.values()];
}
