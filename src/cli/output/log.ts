import type { Log } from "../../work/context.ts";
import type { World } from "../world.ts";
import { githubCommands, isGitHub } from "../ci/github_commands.ts";
import { printable } from "./printable.ts";

/** How much is said on standard error. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** Makes the log that writes to standard error. Warnings are shown unless it is quiet. */
export function createLog(world: Pick<World, "stderr" | "terminal" | "env">, verbosity: Verbosity): Log {
  const { stderr, terminal } = world;
  return {
    debug: (message) => verbosity === "verbose" && stderr(`${printable(message)}\n`),
    info: (message) => verbosity !== "quiet" && stderr(`${printable(message)}\n`),
    warn(message): void {
      if (verbosity === "quiet") return;
      const text = `warning: ${printable(message)}\n`;
      stderr(isGitHub(world) ? text + githubCommands("warning", text, world) : text);
    },
    // On a terminal each command says itself what it has done.
    ...(terminal === undefined ? {} : { done: (): void => {} }),
  };
}
