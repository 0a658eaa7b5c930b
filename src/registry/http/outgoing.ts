import type { RequestBody } from "./transport.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** A body on its way to `fetch`. */
export interface Outgoing {
  /** What `fetch` takes as `body`. */
  readonly body: Blob | Uint8Array<ArrayBuffer>;
  /** Why the source could not be read, if that is what went wrong. */
  readonly failure: Error | undefined;
  /** Releases the source. `fetch` leaves it open when the answer comes before the body is sent. */
  close(): Promise<void>;
}

/** Bodies up to this size, in bytes, go out in one piece with the head of their request. */
const ONE_PIECE_LIMIT = 16 * 1024;

/**
 * Makes a body that `fetch` sends *with* a Content-Length.
 *
 * A small one goes out together with the head: when it comes after it, the system holds it back until the registry has
 * acknowledged the head, and that takes some 40 ms.
 *
 * @throws Whatever reading a small source throws.
 */
export async function outgoing(body: RequestBody): Promise<Outgoing> {
  if (body.size > ONE_PIECE_LIMIT) return streamed(body);
  const bytes = await readBytes(body.open());
  return { body: bytes, failure: undefined, close: () => Promise.resolve() };
}

/**
 * For a plain stream `fetch` drops the length and sends chunks, which zot takes for an empty body. Of a Blob it asks
 * the size and a stream, and that is all a Blob needs to have here.
 */
function streamed(body: RequestBody): Outgoing {
  const readers = new Set<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>>();
  let failure: Error | undefined;

  function open(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const reader = body.open().getReader();
    readers.add(reader);
    return new ReadableStream({
      async pull(controller): Promise<void> {
        const { done, value } = await reader.read().catch((error) => {
          failure = error instanceof Error ? error : new Error(String(error));
          throw failure;
        });
        // The connection may have broken meanwhile: then nobody takes it any more.
        if (!readers.has(reader)) return;
        if (!done) return controller.enqueue(value);
        readers.delete(reader);
        controller.close();
      },
      async cancel(reason): Promise<void> {
        readers.delete(reader);
        await reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  return {
    body: new SizedBlob(body.size, open),
    get failure(): Error | undefined {
      return failure;
    },
    async close(): Promise<void> {
      await Promise.all([...readers].map((reader) => reader.cancel().catch(() => {})));
    },
  };
}

class SizedBlob extends Blob {
  readonly #size: number;
  readonly #open: () => ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor(size: number, open: () => ReadableStream<Uint8Array<ArrayBuffer>>) {
    super([]);
    this.#size = size;
    this.#open = open;
  }

  override get size(): number {
    return this.#size;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#open();
  }
}
