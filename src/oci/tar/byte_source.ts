type Bytes = Uint8Array<ArrayBuffer>;

/** Gives bytes in the amounts that are asked for, however they come. All of them may be parts of a larger buffer. */
export interface ByteSource {
  /** Exactly so many bytes; fewer at the end only. */
  take(size: number): Promise<Bytes>;
  /** The same where they are there already: most of what an archive holds is, and waiting costs more than reading. */
  takeReady(size: number): Bytes | undefined;
  /** What is there next, at most so many bytes and never none; `undefined` at the end. */
  next(limit: number): Promise<Bytes | undefined>;
}

/** Reads pieces as they are needed, and none ahead. */
export function byteSource(pieces: AsyncIterator<Bytes>): ByteSource {
  let piece = new Uint8Array(0);
  let at = 0;

  function takeReady(size: number): Bytes | undefined {
    if (piece.byteLength - at < size) return undefined;
    return piece.subarray(at, at += size);
  }

  async function next(limit: number): Promise<Bytes | undefined> {
    while (piece.byteLength === at) {
      const { done, value } = await pieces.next();
      if (done) return undefined;
      piece = value;
      at = 0;
    }
    return takeReady(Math.min(limit, piece.byteLength - at));
  }

  return {
    next,
    takeReady,
    async take(size): Promise<Bytes> {
      const bytes = takeReady(size);
      if (bytes !== undefined) return bytes;
      const joined = new Uint8Array(size);
      let filled = 0;
      while (filled < size) {
        const part = await next(size - filled);
        if (part === undefined) break;
        joined.set(part, filled);
        filled += part.byteLength;
      }
      return joined.subarray(0, filled);
    },
  };
}
