const PIECE_SIZE = 256 * 1024;

/** Reads an open file from where it stands to its end. */
export async function* readPieces(file: Deno.FsFile): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  for (;;) {
    // A new buffer each time: the reader may keep what it gets.
    const piece = new Uint8Array(PIECE_SIZE);
    const count = await file.read(piece);
    if (count === null) return;
    yield piece.subarray(0, count);
  }
}
