import { compressionOf, decompress, withLongStart } from "../oci/bytes/decompress.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { Meter } from "./meter.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What comes out of the decompression of an archive. Disposing cancels the source at once. */
export interface UnpackedBytes extends AsyncDisposable {
  /** The archive, no longer compressed. */
  readonly bytes: ReadableStream<Bytes>;
  /** Why the source could not be read, if that is what went wrong. */
  readonly failure: unknown;
  /**
   * Reads what is left of the source, so that whoever verifies it has seen every byte: behind the end of compressed
   * bytes there may be zeros.
   *
   * @throws {unknown} What the source fails with.
   */
  drain(): Promise<void>;
}

/**
 * Undoes the compression of an archive, gzip or zstd, and counts what goes in and what comes out.
 *
 * @param what What messages call the archive.
 */
export function unpackedBytes(
  source: ReadableStream<Bytes>,
  { what, meter }: { readonly what: string; readonly meter: Meter },
): UnpackedBytes {
  const ratio = meter.ratio(what);
  const stop = new AbortController();
  let failure: unknown;

  // A stream of its own, because a generator that waits for bytes cannot be cancelled.
  const passage = new TransformStream<Bytes, Bytes>();
  const fed = source.pipeTo(passage.writable, { signal: stop.signal }).catch((error) => {
    if (!stop.signal.aborted) failure = error;
  });

  async function* consumed(): AsyncGenerator<Bytes, void, void> {
    for await (const piece of passage.readable.values({ preventCancel: true })) {
      ratio.consumed(piece.byteLength);
      yield piece;
    }
  }

  async function* produced(): AsyncGenerator<Bytes, void, void> {
    let isFirst = true;
    for await (const piece of withLongStart(counted(decompress(consumed())))) {
      // The reader of the archive would undo that too, and nobody would count.
      if (isFirst && compressionOf(piece) !== undefined) {
        throw new ExtractionError("archive", `Cannot unpack ${what}: it is compressed twice`);
      }
      isFirst = false;
      yield piece;
    }
  }

  async function* counted(bytes: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
    for await (const piece of bytes) {
      ratio.produced(piece.byteLength);
      yield piece;
    }
  }

  const pieces = produced();
  async function close(): Promise<void> {
    stop.abort();
    await pieces.return().catch(() => {});
    // A piece that waits to be taken would keep the source from being let go.
    await passage.readable.cancel().catch(() => {});
    await fed;
  }

  return {
    bytes: new ReadableStream({
      async pull(controller): Promise<void> {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: close,
    }, { highWaterMark: 0 }),
    get failure(): unknown {
      return failure;
    },
    async drain(): Promise<void> {
      for await (const _ of passage.readable);
      await fed;
      if (failure !== undefined) throw failure;
    },
    [Symbol.asyncDispose]: close,
  };
}
