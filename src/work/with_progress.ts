/** Who follows bytes on their way. */
export interface ProgressWatcher {
  /** Stops the bytes with its reason when it is aborted. */
  readonly signal?: AbortSignal;
  /** Told how many bytes went by so far. */
  readonly onProgress?: (done: number) => void;
}

/** Passes bytes on until they end or nobody wants them any more, and says how many there were so far. */
export async function* withProgress<T extends Uint8Array>(
  bytes: AsyncIterable<T>,
  { signal, onProgress }: ProgressWatcher,
): AsyncGenerator<T, void, void> {
  let done = 0;
  for await (const piece of bytes) {
    signal?.throwIfAborted();
    // Whoever gets the piece may give its buffer away.
    const { byteLength } = piece;
    yield piece;
    done += byteLength;
    onProgress?.(done);
  }
}
