import type { Log } from "../work/context.ts";

/** Lets a log take a progress line away before it writes: a message must not end up in the middle of one. */
export function clearingLog(log: Log, clear: () => void): Log {
  const cleared = (say: (message: string) => void) => (message: string): void => {
    clear();
    say(message);
  };
  return { debug: cleared(log.debug), info: cleared(log.info), warn: cleared(log.warn) };
}
