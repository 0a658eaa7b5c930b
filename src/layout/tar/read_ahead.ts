import type { Content } from "../../oci/descriptor.ts";
import { verifiedContent } from "../../oci/bytes/verified.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** Contents that are read one after the other, and of which the next ones are fetched meanwhile. */
export interface ReadAhead extends AsyncDisposable {
  /** The same contents. What opens them opens each at most once and in their order. */
  readonly contents: readonly Content[];
}

/** How many contents are fetched before it is their turn. */
const COUNT = 8;
/** Up to which size, in bytes. Of a larger one it is not the first byte that takes long. */
const SIZE_LIMIT = 512 * 1024;

/**
 * Hides how long it takes until the first byte of a content comes: a tar of a thousand small blobs from a registry
 * would otherwise take a thousand times as long as one request.
 *
 * Disposing waits until nothing is fetched any more.
 */
export function readAhead(contents: readonly Content[]): ReadAhead {
  const fetching = new Map<Content, Promise<Uint8Array<ArrayBuffer>>>();
  let next = 0;

  function fetchUpTo(end: number): void {
    for (const content of contents.slice(next, end)) {
      next++;
      if (content.descriptor.size > SIZE_LIMIT) continue;
      const bytes = bytesOf(content);
      // Who reads it hears of the error. If nobody does any more, nobody needs to.
      bytes.catch(() => {});
      fetching.set(content, bytes);
    }
  }

  async function* read(content: Content, at: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    fetchUpTo(at + 1 + COUNT);
    const bytes = fetching.get(content);
    fetching.delete(content);
    if (bytes === undefined) return yield* content.open();
    const whole = await bytes;
    if (whole.byteLength > 0) yield whole;
  }

  return {
    contents: contents.map((content, at) => ({
      descriptor: content.descriptor,
      open: () => ReadableStream.from(read(content, at)),
    })),
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.allSettled(fetching.values());
    },
  };
}

async function bytesOf(content: Content): Promise<Uint8Array<ArrayBuffer>> {
  const pieces = verifiedContent(content, `Cannot read ${content.descriptor.digest}`);
  return await readBytes(pieces);
}
