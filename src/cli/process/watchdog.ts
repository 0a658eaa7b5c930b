import { Worker } from "node:worker_threads";
import { beforeLeftovers } from "../../system/leftovers.ts";
import type { EndingSignal } from "./interruption.ts";
import type { FromWatchdog, ToWatchdog } from "./watchdog_protocol.ts";

/** Sees to it that the process can always be ended, also while its own thread hangs in a loop. */
export interface Watchdog {
  /** Tells it that Ctrl-C was typed while that is no signal. */
  typed(): void;
  /**
   * Tells it that code begins that may never return. What it does not give back for longer than its time is ended with
   * the process.
   *
   * @param what What people call it.
   * @param timeout How long it may take, in milliseconds; without end when left out.
   * @returns Tells it that the code has returned.
   */
  watch(what: string, timeout: number | undefined): () => void;
}

/** How long starting may take before work begins without it, in milliseconds. */
const START_LIMIT = 5000;
/** How long a command may take before the thread is started, in milliseconds: that costs as much as a short command. */
const QUIET = 250;

/**
 * Makes the watchdog: a thread of its own, which takes SIGINT, SIGTERM and SIGHUP in the place of this one. Deno
 * handles a signal in JavaScript, and a thread that is busy handles nothing.
 *
 * The thread starts when a command is not over in a moment, and before any code runs that is not gantry's. A signal
 * that comes before this ends the process as it would any other, until there is something to tidy up: from then on it
 * starts the thread.
 *
 * @param onSignal Called with each signal, and whether it is not the first one.
 */
export function createWatchdog(onSignal: (signal: EndingSignal, again: boolean) => void): Watchdog {
  let worker: Worker | undefined;
  let calls = 0;
  const early = new Map<EndingSignal, () => void>();
  const timer = setTimeout(running, QUIET);
  // It is no work that could still happen.
  Deno.unrefTimer(timer);

  function running(): Worker {
    clearTimeout(timer);
    worker ??= startThread(onSignal);
    for (const [signal, listener] of early) Deno.removeSignalListener(signal, listener);
    early.clear();
    return worker;
  }

  beforeLeftovers(() => {
    if (worker !== undefined) return;
    for (const signal of ["SIGINT", Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"] as const) {
      const listener = (): void => say({ kind: "signal", signal });
      early.set(signal, listener);
      Deno.addSignalListener(signal, listener);
    }
  });

  function say(message: ToWatchdog): void {
    running().postMessage(message);
  }

  return {
    typed: () => say({ kind: "signal", signal: "SIGINT" }),
    watch(what, timeout): () => void {
      const call = calls++;
      say({ kind: "begin", call, what, timeout });
      return () => say({ kind: "end", call });
    },
  };
}

function startThread(onSignal: (signal: EndingSignal, again: boolean) => void): Worker {
  const started = new Int32Array(new SharedArrayBuffer(4));
  // Of Node, since that can be told not to keep the program alive.
  const worker = new Worker(new URL("./watchdog_worker.ts", import.meta.url), { workerData: started });
  worker.unref();
  worker.on("message", (message: FromWatchdog) => {
    if (message.kind === "signal") onSignal(message.signal, message.again);
    else worker.postMessage({ kind: "pong", ping: message.ping } satisfies ToWatchdog);
  });
  Atomics.wait(started, 0, 0, START_LIMIT);
  return worker;
}
