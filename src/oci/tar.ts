import { coalesce } from "./coalesce.ts";
import { TAR_BLOCK_SIZE, type TarHeader, tarHeader, tarPadding } from "./tar_header.ts";

/** A file or a directory of an archive, with its bytes. */
export interface TarEntry extends TarHeader {
  /** Reads the bytes: exactly `size` of them. Not called for a directory. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How large the pieces of an archive are: 10,000 small files do not become 30,000 pieces. */
const PIECE_SIZE = 128 * 1024;

/**
 * Writes an archive: the entries in their order, two blocks of zeros, and nothing after that.
 *
 * The same entries give the same bytes, in pieces of 128 KiB that belong to the caller. Entries are read one after the
 * other; when the caller stops early or an entry fails, the stream of that entry is cancelled.
 *
 * @throws {RangeError} When an entry has more or fewer bytes than its size, or its mode or size is none.
 * @throws {TypeError} When the name of an entry cannot stand in an archive.
 */
export function writeTar(
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  return coalesce(blocks(entries), PIECE_SIZE);
}

/** How many bytes an archive of entries with these headers has. */
export function tarSize(headers: Iterable<TarHeader>): number {
  let size = 2 * TAR_BLOCK_SIZE;
  for (const header of headers) {
    size += tarHeader(header).byteLength + Math.ceil(header.size / TAR_BLOCK_SIZE) * TAR_BLOCK_SIZE;
  }
  return size;
}

async function* blocks(entries: Iterable<TarEntry> | AsyncIterable<TarEntry>): AsyncGenerator<Uint8Array, void, void> {
  for await (const entry of entries) {
    yield tarHeader(entry);
    if (entry.type === "directory") continue;
    yield* body(entry);
    yield tarPadding(entry.size);
  }
  yield new Uint8Array(2 * TAR_BLOCK_SIZE);
}

async function* body(entry: TarEntry): AsyncGenerator<Uint8Array, void, void> {
  let size = 0;
  for await (const chunk of entry.open()) {
    size += chunk.byteLength;
    // Not read to its end: a file that grows may have none.
    if (size > entry.size) throw wrongSize(entry, `more than ${entry.size} bytes`);
    yield chunk;
  }
  if (size < entry.size) throw wrongSize(entry, `${size} bytes`);
}

function wrongSize({ name, size }: TarEntry, found: string): RangeError {
  return new RangeError(`Cannot archive ${JSON.stringify(name)}: it has ${found}, ${size} were expected`);
}
