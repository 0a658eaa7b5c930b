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

/** Lets a log take a progress line away before it writes: a message must not end up in the middle of one. */
export function clearingLog(log: Log, clear: () => void): Log {
  const cleared = (say: (message: string) => void) => (message: string): void => {
    clear();
    say(message);
  };
  return { debug: cleared(log.debug), info: cleared(log.info), warn: cleared(log.warn) };
}

/** Says nothing. */
export const SILENT_LOG: Log = { debug: (): void => {}, info: (): void => {}, warn: (): void => {} };
