/** Reads bytes that are known to be few, such as those of a manifest, into memory. */
export async function readBytes(bytes: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  return joinBytes(await Array.fromAsync(bytes));
}

/** Copies pieces into one buffer. `Blob` and `Response` do so too, and make streams of them on the way. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
