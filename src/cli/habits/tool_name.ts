import type { Command } from "commander";
import { MIGRATIONS } from "./migrations.ts";

/** Tools that are known here, and that `gantry help migrate` has no lines of. */
const MORE_TOOLS = ["argocd", "kubectl", "nerdctl", "notation", "opa", "podman", "regctl", "tofu"];

/** Another tool's name that was typed in front of its own words: `helm` in `gantry helm push`. */
export function toolName([first = ""]: readonly string[], program: Command): string | undefined {
  const isOwn = program.commands.some((command) => command.name() === first);
  const isTool = MORE_TOOLS.includes(first) || MIGRATIONS.some(({ tool }) => tool === first);
  return isTool && !isOwn ? first : undefined;
}
