/** Time, as far as this folder needs it. A test gives its own, so that nothing sleeps. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Lets time pass.
   *
   * @throws The signal's reason, as soon as it is aborted.
   */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Calls back once, later.
   *
   * @returns Ends that.
   */
  timer(milliseconds: number, run: () => void): () => void;
}

/** The real time. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  timer(milliseconds, run): () => void {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  wait(milliseconds, signal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal.addEventListener("abort", stop, { once: true });
    });
  },
};

/**
 * Waits for something that goes on whether or not this caller still wants it.
 *
 * @throws The signal's reason, as soon as it is aborted.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
