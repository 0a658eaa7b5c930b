import type { FileIdentity } from "../../system/open_file.ts";
import { fileReader } from "./file_reader.ts";

/** Files up to this size are read at once, which is ten times as fast for many of them. */
const AT_ONCE_LIMIT = 64 * 1024;

/** How much of a larger file is read at once. */
const PIECE_SIZE = 256 * 1024;

/**
 * Reads a file as {@linkcode fileReader} does, as a stream. The file is opened with the first read and closed at the
 * end, on an error and on cancel.
 */
export function fileStream(
  location: string,
  name: string,
  found: FileIdentity,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(read(location, name, found));
}

async function* read(location: string, name: string, found: FileIdentity): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using reader = fileReader(location, name, found);
  const { size } = found;
  let done = 0;
  while (done < size) {
    // A new buffer each time: whoever reads may keep what it gets.
    const piece = new Uint8Array(Math.min(PIECE_SIZE, size - done));
    const count = size <= AT_ONCE_LIMIT ? reader.readSync(piece) : await reader.read(piece);
    if (count === 0) break;
    done += count;
    yield piece.subarray(0, count);
  }
  reader.finish(done);
}
