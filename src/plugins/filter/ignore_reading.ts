import { gitRules } from "./git_rules.ts";
import { goGitRules } from "./go_git_rules.ts";
import type { IgnoreRules, PatternGroup } from "./ignore_rules.ts";

/** Who says what a pattern means: git, or the matcher of Flux and Timoni, which is go-git's. */
export type IgnoreReading = "git" | "go-git";

/** Makes rules of patterns. The last pattern that matches a path counts, whatever group it is in. */
export function ignoreRules(groups: readonly PatternGroup[], reading: IgnoreReading = "git"): IgnoreRules {
  return reading === "git" ? gitRules(groups) : goGitRules(groups);
}
