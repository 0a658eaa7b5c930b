import type { Log } from "../pipeline/context.ts";
import type { World } from "./world.ts";

/** How much is said on standard error. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** A log that also forgets secrets. */
export interface MaskingLog extends Log {
  /** From now on this text is shown as `***`, in this log and by {@linkcode MaskingLog.mask}. */
  keepSecret(text: string | undefined): void;
  /** Replaces all secrets in a text. */
  mask(text: string): string;
}

/** Makes the log that writes to standard error. Warnings are shown unless it is quiet. */
export function createLog({ stderr, terminal }: World, verbosity: Verbosity): MaskingLog {
  const secrets = new Set<string>();
  const yellow = (text: string): string => terminal?.color ? `\x1b[33m${text}\x1b[39m` : text;
  const say = (text: string): void => stderr(`${mask(text)}\n`);
  return {
    debug: (message) => verbosity === "verbose" && say(message),
    info: (message) => verbosity !== "quiet" && say(message),
    warn: (message) => verbosity !== "quiet" && say(`${yellow("warning:")} ${message}`),
    keepSecret,
    mask,
  };

  function keepSecret(text: string | undefined): void {
    // A secret of one or two characters would blank out half of every message and protect nothing.
    if (text === undefined || text.length < 3) return;
    secrets.add(text);
    secrets.add(encodeURIComponent(text));
  }

  function mask(text: string): string {
    for (const secret of secrets) text = text.replaceAll(secret, "***");
    return text;
  }
}
