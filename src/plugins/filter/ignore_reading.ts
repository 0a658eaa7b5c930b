import { gitRules } from "./git_rules.ts";
import { goGitRules } from "./go_git_rules.ts";
import { helmRules } from "./helm_rules.ts";
import type { IgnoreRules, PatternGroup } from "./ignore_rules.ts";

/**
 * Who says what a pattern means: git; the matcher of Flux and Timoni, which is go-git's; or Helm for its own patterns
 * and git for others.
 */
export type IgnoreReading = "git" | "go-git" | "helm";

/** Makes rules of patterns. For git and go-git the last pattern that matches counts, whatever group it is in. */
export function ignoreRules(groups: readonly PatternGroup[], reading: IgnoreReading = "git"): IgnoreRules {
  switch (reading) {
    case "git":
      return gitRules(groups);
    case "go-git":
      return goGitRules(groups);
    case "helm":
      return helmRules(groups);
  }
}
