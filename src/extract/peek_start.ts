import { joinBytes } from "../oci/bytes/read.ts";
import { beginsLikeZip } from "../oci/zip/directory.ts";
import { compressionOf } from "../oci/bytes/decompress.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The beginning of a stream, and the stream with that beginning put back. */
export interface PeekedStream {
  readonly start: Uint8Array;
  readonly stream: ReadableStream<Bytes>;
}

/** One block of a tar: enough to recognise one. */
const START_SIZE = 512;

/** Looks at the first 512 bytes of a stream without taking them away. */
export async function peekStart(stream: ReadableStream<Bytes>): Promise<PeekedStream> {
  const reader = stream.getReader();
  const pieces: Bytes[] = [];
  for (let size = 0; size < START_SIZE;) {
    const { value, done } = await reader.read();
    if (done) break;
    pieces.push(value);
    size += value.byteLength;
  }
  return {
    start: joinBytes(pieces),
    stream: new ReadableStream({
      async pull(controller): Promise<void> {
        const value = pieces.shift() ?? (await reader.read()).value;
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 }),
  };
}

/** Tells whether bytes begin as a tar does, plain or compressed, or as a zip. */
export function beginsLikeArchive(start: Uint8Array): boolean {
  return beginsLikeZip(start) || compressionOf(start) !== undefined ||
    new TextDecoder("latin1").decode(start.subarray(257, 262)) === "ustar";
}
