import { joinBytes } from "../../oci/bytes/read.ts";
import { compressionOf } from "../../oci/bytes/decompress.ts";

/** The beginning of a stream, and the stream with that beginning put back. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** One block of a tar: enough to recognise one. */
const HEAD_SIZE = 512;

/**
 * Reads the first 512 bytes of a stream, or a little more, without taking them away.
 *
 * @throws What `signal` is aborted with.
 */
export async function peek(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): Promise<Peeked> {
  const reader = stream.getReader();
  // Nothing may ever come, and nobody waits for it after Ctrl-C.
  const abort = (): void => void reader.cancel(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  while (size < HEAD_SIZE) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  signal.removeEventListener("abort", abort);
  signal.throwIfAborted();
  return { head: joinBytes(chunks), stream: put(chunks) };

  function put(first: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
    const waiting = [...first];
    return new ReadableStream({
      async pull(controller): Promise<void> {
        const value = waiting.shift() ?? (await reader.read()).value;
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }
}

/** Tells whether bytes begin like a tar, plain or compressed; the reader says which compression it does not know. */
export function looksLikeTar(head: Uint8Array): boolean {
  return compressionOf(head) !== undefined || new TextDecoder().decode(head.subarray(257, 262)) === "ustar";
}
