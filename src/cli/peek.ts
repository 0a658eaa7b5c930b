/** The beginning of a stream, and the stream with that beginning put back. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** One block of a tar: enough to recognise one. */
const HEAD_SIZE = 512;

/** Reads the first 512 bytes of a stream without taking them away. */
export async function peek(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Peeked> {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  while (size < HEAD_SIZE) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  return { head: new Uint8Array(await new Blob(chunks).arrayBuffer()), stream: put(chunks) };

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

/** Tells whether bytes begin like a tar, plain or compressed with gzip or zstd. */
export function looksLikeTar(head: Uint8Array): boolean {
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, at) => head[at] === byte);
  return starts(0x1f, 0x8b) || starts(0x28, 0xb5, 0x2f, 0xfd) ||
    new TextDecoder().decode(head.subarray(257, 262)) === "ustar";
}
