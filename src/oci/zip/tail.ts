type Bytes = Uint8Array<ArrayBuffer>;

/** How much is kept of the end of a zip, where its directory stands: enough for 100,000 members. */
const TAIL_LIMIT = 16 * 1024 * 1024;

/** Bytes on their way, of which the end is kept. */
export interface TailedBytes {
  /** The same bytes. */
  readonly bytes: AsyncIterable<Bytes>;
  /** The last of them, as soon as all have passed: what {@linkcode readZipDirectory} takes. */
  tail(): Bytes;
}

/** Keeps the end of a zip while somebody else reads it. */
export function keepTail(source: AsyncIterable<Bytes>): TailedBytes {
  const pieces: Bytes[] = [];
  let size = 0;

  async function* passing(): AsyncGenerator<Bytes, void, void> {
    for await (const piece of source) {
      // A copy: whoever reads the bytes may give their buffer away.
      pieces.push(piece.slice());
      size += piece.byteLength;
      for (let [first] = pieces; first && size - first.byteLength >= TAIL_LIMIT; [first] = pieces) {
        size -= first.byteLength;
        pieces.shift();
      }
      yield piece;
    }
  }

  return {
    bytes: passing(),
    tail(): Bytes {
      const tail = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        tail.set(piece, at);
        at += piece.byteLength;
      }
      return tail;
    },
  };
}
