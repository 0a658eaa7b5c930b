import { crc32 } from "node:zlib";
import { coalesce } from "../oci/bytes/coalesce.ts";
import {
  ZIP_DEFLATED,
  ZIP_STORED,
  zipDescriptor,
  zipEnd,
  zipHeader,
  type ZipMemberRecord,
  zipRecord,
} from "../oci/zip/records.ts";
import { backingOf } from "../pipeline/backing.ts";
import type { Entry } from "../pipeline/entry.ts";
import { GZIP_LEVEL } from "./compression.ts";
import { DEFLATE_CHUNK_SIZE, deflateChunk } from "./deflate/deflate_chunk.ts";
import { deflateChunks } from "./deflate/deflate_chunks.ts";

/** How a zip is written. */
export interface ZipOptions {
  /** How hard to compress: 1 (fast) to 9 (small), {@linkcode GZIP_LEVEL} when left out. */
  readonly level?: number;
  /** How many workers compress a large file at most; 0, which is the default, compresses in this thread. */
  readonly workers?: number;
  /** Called for each entry: gives a promise when it is time that others have their turn. */
  readonly pause?: () => Promise<void> | undefined;
  /** Told how many bytes of the entries were read so far. */
  readonly onProgress?: (done: number) => void;
}

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;

/** Pieces of this size leave the writer: 100,000 small files become some hundred of them. */
const PIECE_SIZE = 1024 * 1024;

/**
 * Writes a zip: the entries in their order, then the directory. Modes are 0644 and 0755, the time is the first that a
 * zip can have, and there are no extra fields but those of zip64, where sizes need it.
 *
 * The same entries and level give the same bytes everywhere: the compressor is that of {@linkcode gzip}. A file up to
 * 1 MiB is compressed in memory, so that its header says everything, and stored where that makes it no longer. A larger
 * one is compressed as it is read, and its sizes stand behind it; memory stays flat.
 *
 * @returns Pieces that belong to the caller.
 * @throws {RangeError} When an entry has more or fewer bytes than its size, or there is no such level.
 * @throws {TypeError} When the name of an entry cannot stand in a zip.
 */
export function writeZip(entries: Iterable<Entry>, options: ZipOptions = {}): Pieces {
  return coalesce(write(entries, options), PIECE_SIZE);
}

async function* write(
  entries: Iterable<Entry>,
  { level = GZIP_LEVEL, workers = 0, pause, onProgress }: ZipOptions,
): Pieces {
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  let done = 0;
  const onRead = (count: number): void => onProgress?.(done += count);
  for (const entry of entries) {
    const turn = pause?.();
    if (turn !== undefined) await turn;
    const { record, size } = yield* writeMember(entry, { offset: at, level, workers, onRead });
    directory.push(record);
    at += size;
  }
  const size = directory.reduce((sum, { byteLength }) => sum + byteLength, 0);
  yield* directory;
  yield zipEnd({ count: directory.length, size, offset: at });
}

interface MemberOptions {
  readonly offset: number;
  readonly level: number;
  readonly workers: number;
  readonly onRead: (count: number) => void;
}

/** What was written of one member. */
interface Written {
  /** Its record for the directory. */
  readonly record: Uint8Array<ArrayBuffer>;
  /** How many bytes it takes before the directory. */
  readonly size: number;
}

type MemberPieces = AsyncGenerator<Uint8Array<ArrayBuffer>, Written, void>;

function writeMember(entry: Entry, options: MemberOptions): MemberPieces {
  return entry.size > DEFLATE_CHUNK_SIZE ? streamed(entry, options) : whole(entry, options);
}

async function* whole(entry: Entry, { offset, level, onRead }: MemberOptions): MemberPieces {
  const bytes = entry.kind === "directory" ? new Uint8Array(0) : await readWhole(entry);
  onRead(bytes.byteLength);
  const deflated = deflateChunk({ bytes, history: new Uint8Array(0), level, last: true });
  const isSmaller = deflated.byteLength < bytes.byteLength;
  const data = isSmaller ? deflated : bytes;
  const member: ZipMemberRecord = {
    ...headerOf(entry),
    method: isSmaller ? ZIP_DEFLATED : ZIP_STORED,
    checksum: crc32(bytes),
    compressedSize: data.byteLength,
    offset,
    isStreamed: false,
  };
  const header = zipHeader(member);
  yield header;
  yield data;
  // By now they are copied. Left to the garbage collector, those of many files pile up.
  for (const { buffer } of [bytes, deflated]) buffer.transfer(0);
  return { record: zipRecord(member), size: header.byteLength + member.compressedSize };
}

async function* streamed(entry: Entry, { offset, level, workers, onRead }: MemberOptions): MemberPieces {
  const unknown = { checksum: 0, compressedSize: 0 };
  const known = { ...headerOf(entry), method: ZIP_DEFLATED, offset, isStreamed: true } as const;
  const header = zipHeader({ ...known, ...unknown });
  yield header;
  let checksum = 0;
  let compressedSize = 0;
  for await (const piece of deflateChunks(counted(), { level, workers })) {
    compressedSize += piece.byteLength;
    yield piece;
  }
  const member: ZipMemberRecord = { ...known, checksum, compressedSize };
  const descriptor = zipDescriptor(member);
  yield descriptor;
  return { record: zipRecord(member), size: header.byteLength + compressedSize + descriptor.byteLength };

  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of read(entry)) {
      checksum = crc32(piece, checksum);
      onRead(piece.byteLength);
      yield piece;
    }
  }
}

function headerOf({ path, kind, executable, size }: Entry): Pick<ZipMemberRecord, "name" | "mode" | "size"> {
  if (kind === "directory") return { name: `${path}/`, mode: 0o040755, size: 0 };
  return { name: path, mode: executable ? 0o100755 : 0o100644, size };
}

/** Reads what fits into memory: without a stream where that can be done, because there may be 100,000 files. */
async function readWhole(entry: Entry): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(entry.size);
  let filled = 0;
  using reader = backingOf(entry)?.openDirect?.(entry.path);
  if (reader === undefined) {
    for await (const piece of read(entry)) {
      bytes.set(piece, filled);
      filled += piece.byteLength;
    }
    return bytes;
  }
  while (filled < bytes.byteLength) {
    const count = reader.readSync(bytes.subarray(filled));
    if (count === 0) break;
    filled += count;
  }
  reader.finish(filled);
  return bytes;
}

/** Reads exactly as many bytes as there shall be. */
async function* read({ path, size, open }: Entry): AsyncGenerator<Uint8Array, void, void> {
  const cannot = (found: string): RangeError =>
    new RangeError(`Cannot archive ${JSON.stringify(path)}: it has ${found}, ${size} were expected`);
  let done = 0;
  for await (const piece of open()) {
    done += piece.byteLength;
    // Not read to its end: a file that grows may have none.
    if (done > size) throw cannot(`more than ${size} bytes`);
    yield piece;
  }
  if (done < size) throw cannot(`${done} bytes`);
}
