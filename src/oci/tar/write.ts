import { TAR_BLOCK_SIZE, type TarHeader, tarHeader } from "./header.ts";

/** A file or a directory of an archive, with its bytes. */
export interface TarEntry extends TarHeader {
  /** Reads the bytes: exactly `size` of them. Not called for a directory. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Reads the same bytes straight into the archive, where that can be done. */
  readonly openDirect?: (() => DirectReader) | undefined;
}

/** Reads bytes from their start into buffers of whoever asks: no stream, and no copy, for each of many small files. */
export interface DirectReader extends Disposable {
  /** Fills a buffer, and keeps everybody else waiting meanwhile. Gives how many bytes there were; fewer at the end. */
  readSync(buffer: Uint8Array): number;
  /** The same for large amounts, while others have their turn. */
  read(buffer: Uint8Array): Promise<number>;
  /**
   * Ends the reading.
   *
   * @param count How many bytes were read.
   * @throws {Error} When what was read is not what was to be read.
   */
  finish(count: number): void;
}

/** How an archive is written. */
export interface TarOptions {
  /**
   * Called for each entry and each piece of a large one: gives a promise when it is time that others have their turn.
   */
  readonly pause?: () => Promise<void> | undefined;
  /** Gives a buffer of {@linkcode TAR_PIECE_SIZE} zeros; a new one when left out. */
  readonly takeBuffer?: () => Uint8Array<ArrayBuffer>;
}

/** How large the pieces of an archive are: 100,000 small files become some hundred pieces. A multiple of the block. */
export const TAR_PIECE_SIZE = 1024 * 1024;

/** Bytes up to this many are read at once. */
const AT_ONCE_LIMIT = 256 * 1024;

/**
 * Writes an archive: the entries in their order, two blocks of zeros, and nothing after that.
 *
 * The same entries give the same bytes, in pieces of {@linkcode TAR_PIECE_SIZE}, only the last of which is smaller.
 * They belong to the caller: each has a buffer of its own. Entries are read one after the other; when the caller stops
 * early or an entry fails, the entry's reader is closed.
 *
 * @throws {RangeError} When an entry has more or fewer bytes than its size, or its mode or size is none.
 * @throws {TypeError} When the name of an entry cannot stand in an archive.
 */
export async function* writeTar(
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
  { pause, takeBuffer = (): Uint8Array<ArrayBuffer> => new Uint8Array(TAR_PIECE_SIZE) }: TarOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const pieces = pieceWriter(takeBuffer);
  for await (const entry of entries) {
    const turn = pause?.();
    if (turn !== undefined) await turn;
    pieces.put(tarHeader(entry));
    if (entry.type === "file") {
      if (entry.openDirect === undefined) yield* streamed(entry, pieces);
      else if (entry.size <= AT_ONCE_LIMIT) readAtOnce(entry, entry.openDirect, pieces);
      else yield* readInParts(entry, entry.openDirect, { pieces, ...(pause && { pause }) });
      pieces.skip((TAR_BLOCK_SIZE - entry.size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE);
    }
    if (pieces.isAnyFull()) yield* pieces.takeFull();
  }
  pieces.skip(2 * TAR_BLOCK_SIZE);
  yield* pieces.takeAll();
}

/** How many bytes an archive of entries with these headers has. */
export function tarSize(headers: Iterable<TarHeader>): number {
  let size = 2 * TAR_BLOCK_SIZE;
  for (const header of headers) {
    size += tarHeader(header).byteLength + Math.ceil(header.size / TAR_BLOCK_SIZE) * TAR_BLOCK_SIZE;
  }
  return size;
}

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;

async function* streamed(entry: TarEntry, pieces: PieceWriter): Pieces {
  let size = 0;
  for await (const chunk of entry.open()) {
    size += chunk.byteLength;
    // Not read to its end: a file that grows may have none.
    if (size > entry.size) throw wrongSize(entry, `more than ${entry.size} bytes`);
    pieces.put(chunk);
    yield* pieces.takeFull();
  }
  if (size < entry.size) throw wrongSize(entry, `${size} bytes`);
}

function readAtOnce({ size }: TarEntry, open: () => DirectReader, pieces: PieceWriter): void {
  using reader = open();
  let done = 0;
  while (done < size) {
    const count = reader.readSync(pieces.room(size - done));
    if (count === 0) break;
    pieces.skip(count);
    done += count;
  }
  reader.finish(done);
}

/** Not by other threads, each of which would have memory of its own: a piece is there in a moment. */
async function* readInParts(
  { size }: TarEntry,
  open: () => DirectReader,
  { pieces, pause }: TarOptions & { readonly pieces: PieceWriter },
): Pieces {
  using reader = open();
  let done = 0;
  while (done < size) {
    const turn = pause?.();
    if (turn !== undefined) await turn;
    const count = reader.readSync(pieces.room(size - done));
    if (count === 0) break;
    pieces.skip(count);
    done += count;
    yield* pieces.takeFull();
  }
  reader.finish(done);
}

/** Lays bytes one after the other into buffers of one size, which are zeros where nothing was put. */
interface PieceWriter {
  /** Copies bytes in. */
  put(bytes: Uint8Array): void;
  /** Where the next bytes go: room for one at least, and for so many at most. Counts when it is skipped. */
  room(limit: number): Uint8Array<ArrayBuffer>;
  /** Goes on behind so many bytes. */
  skip(size: number): void;
  isAnyFull(): boolean;
  /** Gives away the pieces that are full. */
  takeFull(): Iterable<Uint8Array<ArrayBuffer>>;
  /** Gives away all pieces, the last one as long as what is in it. */
  takeAll(): Iterable<Uint8Array<ArrayBuffer>>;
}

function pieceWriter(takeBuffer: () => Uint8Array<ArrayBuffer>): PieceWriter {
  const full: Uint8Array<ArrayBuffer>[] = [];
  let piece = takeBuffer();
  let filled = 0;

  function skip(size: number): void {
    filled += size;
    while (filled >= TAR_PIECE_SIZE) {
      full.push(piece);
      piece = takeBuffer();
      filled -= TAR_PIECE_SIZE;
    }
  }

  return {
    skip,
    put(bytes): void {
      for (let at = 0; at < bytes.byteLength;) {
        const part = bytes.subarray(at, at + TAR_PIECE_SIZE - filled);
        piece.set(part, filled);
        skip(part.byteLength);
        at += part.byteLength;
      }
    },
    room: (limit) => piece.subarray(filled, filled + limit),
    isAnyFull: () => full.length > 0,
    takeFull: () => full.splice(0),
    takeAll: () => filled === 0 ? full : [...full, piece.subarray(0, filled)],
  };
}

function wrongSize({ name, size }: TarEntry, found: string): RangeError {
  return new RangeError(`Cannot archive ${JSON.stringify(name)}: it has ${found}, ${size} were expected`);
}
