/** Who follows bytes on their way. */
export interface Watcher {
  /** Stops the bytes with its reason when it is aborted. */
  readonly signal?: AbortSignal;
  /** Told how many bytes went by so far. */
  readonly onProgress?: (done: number) => void;
}

/** Passes bytes on until they end or nobody wants them any more. */
export async function* watched<T extends Uint8Array>(
  bytes: AsyncIterable<T>,
  { signal, onProgress }: Watcher,
): AsyncGenerator<T, void, void> {
  let done = 0;
  for await (const piece of bytes) {
    signal?.throwIfAborted();
    yield piece;
    done += piece.byteLength;
    onProgress?.(done);
  }
}
