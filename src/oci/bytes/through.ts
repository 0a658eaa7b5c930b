import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Passes bytes through a stream of Node that makes other bytes of them, such as a compressor.
 *
 * The stream is opened with the first read and destroyed at the end; the bytes are ended when the reader stops early.
 * What comes out are parts of larger buffers, which are not used again.
 *
 * @throws {unknown} What `open`, the bytes or the stream fail with.
 */
export async function* through(
  bytes: AsyncIterable<Uint8Array>,
  open: () => Duplex,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const duplex = open();
  // It fails together with the stream, and the loop throws what the stream fails with.
  const done = pipeline(Readable.from(bytes), duplex).catch(() => {});
  try {
    for await (const { buffer, byteOffset, byteLength } of duplex as AsyncIterable<Uint8Array<ArrayBuffer>>) {
      yield new Uint8Array(buffer, byteOffset, byteLength);
    }
  } finally {
    await done;
  }
}
