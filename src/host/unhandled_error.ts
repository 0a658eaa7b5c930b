import { lastPlugin, runningPlugin } from "./running_plugin.ts";

/** A promise or a timer failed, and nobody was waiting for it. */
export class UnhandledError extends Error {
  /** The name of the class. */
  override readonly name = "UnhandledError";

  /** Says what was thrown, and which plugin it may be from. */
  constructor(cause: unknown) {
    super(`Nobody was waiting for what failed${whose()}: ${messageOf(cause)}`, { cause });
  }
}

/** Timers do not tell whose they are. */
function whose(): string {
  const running = runningPlugin();
  if (running !== undefined) return ` in plugin ${running.id}`;
  const last = lastPlugin();
  return last === undefined ? "" : `, and plugin ${last} was at work last`;
}

function messageOf(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return "something that cannot be shown";
  }
}
