/** Gives bytes in the amounts that are asked for, however they come. */
export interface ByteSource {
  /** Exactly so many bytes; fewer at the end only. They may be a part of a larger buffer. */
  take(size: number): Promise<Uint8Array>;
  /** What is there next, at most so many bytes and never none; `undefined` at the end. */
  next(limit: number): Promise<Uint8Array | undefined>;
}

/** Reads pieces as they are needed, and none ahead. */
export function byteSource(pieces: AsyncIterator<Uint8Array>): ByteSource {
  let piece: Uint8Array = new Uint8Array(0);

  async function next(limit: number): Promise<Uint8Array | undefined> {
    while (piece.byteLength === 0) {
      const { done, value } = await pieces.next();
      if (done) return undefined;
      piece = value;
    }
    const part = piece.subarray(0, limit);
    piece = piece.subarray(part.byteLength);
    return part;
  }

  return {
    next,
    async take(size): Promise<Uint8Array> {
      const first = size === 0 ? undefined : await next(size);
      if (first === undefined || first.byteLength === size) return first ?? new Uint8Array(0);
      const bytes = new Uint8Array(size);
      bytes.set(first);
      let filled = first.byteLength;
      while (filled < size) {
        const part = await next(size - filled);
        if (part === undefined) break;
        bytes.set(part, filled);
        filled += part.byteLength;
      }
      return bytes.subarray(0, filled);
    },
  };
}
