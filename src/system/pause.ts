/** How long work may go on before anybody else has a turn, in milliseconds. */
const TURN = 50;

/**
 * Makes a function for a loop of work that never waits: called in each round, it lets the event loop have a turn now
 * and then. Without one no signal is heard, so the program could not be stopped.
 *
 * @returns Gives a promise when it is time, and nothing otherwise, so that most rounds cost no promise. The promise
 *   fails with the signal's reason once it is aborted.
 */
export function createPauses(signal: AbortSignal): () => Promise<void> | undefined {
  let turn = performance.now();

  async function pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    turn = performance.now();
  }

  return () => performance.now() - turn < TURN ? undefined : pause();
}
