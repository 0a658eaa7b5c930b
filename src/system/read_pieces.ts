const PIECE_SIZE = 256 * 1024;

/** Reads an open file from where it stands to its end, or until so many bytes came. */
export async function* readPieces(
  file: Deno.FsFile,
  size: number = Infinity,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  for (let left = size; left > 0;) {
    // A new buffer each time: the reader may keep what it gets.
    const piece = new Uint8Array(Math.min(PIECE_SIZE, left));
    const count = await file.read(piece);
    if (count === null) return;
    left -= count;
    yield piece.subarray(0, count);
  }
}
