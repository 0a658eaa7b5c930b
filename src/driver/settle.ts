import type { Host } from "../pipeline/host.ts";
import type { MaybePromise } from "../pipeline/plugin.ts";

/** How long code may go on after it was told to stop, in milliseconds. */
const GRACE = 5000;

/** How long work may take, and what is said when it does not end. */
export interface Limits {
  readonly host: Pick<Host, "timer" | "whenIdle">;
  /** Aborted when the whole run is. */
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly timeout: number;
  /** Tells the work to stop when its time is up. */
  readonly stop: (reason: Error) => void;
  /** What is thrown when it takes too long. */
  readonly tooLong: () => Error;
  /** What is thrown when it waits for something that will never happen, or did not stop in time. */
  readonly stuck: (why: string) => Error;
}

/**
 * Waits for work that may never end: until its time is up, until it was aborted and has had a little time to stop, or
 * until nothing is left that it could be waiting for.
 *
 * The work itself cannot be ended. What becomes of it after that is not heard.
 */
export async function settle<T>(work: () => MaybePromise<T>, limits: Limits): Promise<T> {
  const { host, signal, timeout, stop, tooLong, stuck } = limits;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let late: Error | undefined;
  const undo = [
    host.timer(timeout, () => {
      late = tooLong();
      stop(late);
      giveGrace();
    }),
    host.whenIdle(() => reject(late ?? stuck("waits for something that can never happen"))),
  ];
  if (signal.aborted) giveGrace();
  else signal.addEventListener("abort", giveGrace, { once: true });
  try {
    return await Promise.race([begin(work).finally(() => late && reject(late)), promise]);
  } finally {
    // Nobody may hear of it any more.
    promise.catch(() => {});
    resolve(undefined as never);
    signal.removeEventListener("abort", giveGrace);
    undo.forEach((each) => each());
  }

  function giveGrace(): void {
    undo.push(host.timer(GRACE, () => reject(late ?? stuck(`was told to stop and did not within ${GRACE / 1000} s`))));
  }
}

/** What throws at once is a rejection like any other. */
async function begin<T>(work: () => MaybePromise<T>): Promise<T> {
  return await work();
}
