import type { Log } from "../../work/context.ts";
import type { World } from "../world.ts";
import { printable } from "./printable.ts";

/** How much is said on standard error. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** Makes the log that writes to standard error. Warnings are shown unless it is quiet. */
export function createLog({ stderr, terminal }: World, verbosity: Verbosity): Log {
  const warning = terminal?.color ? "\x1b[33mwarning:\x1b[39m" : "warning:";
  return {
    debug: (message) => verbosity === "verbose" && stderr(`${printable(message)}\n`),
    info: (message) => verbosity !== "quiet" && stderr(`${printable(message)}\n`),
    warn: (message) => verbosity !== "quiet" && stderr(`${warning} ${printable(message)}\n`),
  };
}
