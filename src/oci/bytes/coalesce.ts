/**
 * Cuts bytes into pieces of one size, however they came; only the last piece may be smaller, and none is empty.
 *
 * Every piece is a buffer of its own, so it may be kept, and its buffer may be bundled.
 *
 * @param size Size of a piece in bytes.
 */
export async function* coalesce(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.byteLength;) {
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      at += part.byteLength;
      filled += part.byteLength;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}
