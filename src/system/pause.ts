/** How long work may go on before anybody else has a turn, in milliseconds. */
const TURN = 50;

/**
 * Makes a function for a loop of work that never waits: called in each round, it lets the event loop have a turn now
 * and then. Without one no signal is heard, so the program could not be stopped.
 *
 * @returns Throws the signal's reason once it is aborted.
 */
export function createPauses(signal: AbortSignal): () => Promise<void> {
  let turn = performance.now();
  return async () => {
    if (performance.now() - turn < TURN) return;
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    turn = performance.now();
  };
}
