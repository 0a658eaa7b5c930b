import type { Log } from "../../work/context.ts";
import type { World } from "../world.ts";
import { printable } from "./printable.ts";

/** How much is said on standard error. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** Makes the log that writes to standard error. Warnings are shown unless it is quiet. */
export function createLog({ stderr, terminal }: Pick<World, "stderr" | "terminal">, verbosity: Verbosity): Log {
  return {
    debug: (message) => verbosity === "verbose" && stderr(`${printable(message)}\n`),
    info: (message) => verbosity !== "quiet" && stderr(`${printable(message)}\n`),
    warn: (message) => verbosity !== "quiet" && stderr(`warning: ${printable(message)}\n`),
    // On a terminal each command says itself what it has done.
    ...(terminal === undefined ? {} : { done: (): void => {} }),
  };
}
