import { guardGroup } from "./guard_group.ts";

/** How a process ended. */
export interface Ending {
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: Deno.Signal | null;
}

/** Watches over the end of a process. */
export interface EndingProcess {
  /** Settles when the process is gone. */
  readonly ended: Promise<Ending>;
  /** Ends what the process has started and left behind; the last call. */
  sweep(): Promise<void>;
}

/**
 * Ends a process and what it started, when it is asked to: SIGTERM to the group, then SIGKILL. When gantry itself is
 * ended at once, as by a second Ctrl-C or by SIGKILL, the process is too.
 *
 * @param child The leader of a process group; on Windows, which has none, it is ended alone.
 * @param signal Asks for the end.
 * @param patience Milliseconds from SIGTERM to SIGKILL.
 */
export function endProcess(child: Deno.ChildProcess, signal: AbortSignal, patience: number): EndingProcess {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const kill = (): void => send(child, "SIGKILL");
  const letGo = guardGroup(child.pid);
  const end = (): void => {
    send(child, "SIGTERM");
    timer = setTimeout(kill, patience);
  };
  signal.addEventListener("abort", end, { once: true });
  globalThis.addEventListener("unload", kill);
  if (signal.aborted) end();
  return {
    ended: child.status.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      globalThis.removeEventListener("unload", kill);
    }),
    async sweep(): Promise<void> {
      kill();
      await letGo();
    },
  };
}

function send(child: Deno.ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    if (Deno.build.os === "windows") child.kill(signal);
    else Deno.kill(-child.pid, signal);
  } catch {
    // There is nobody left.
  }
}
