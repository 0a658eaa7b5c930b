import { type ByteSource, byteSource } from "./byte_source.ts";
import { decompress } from "../bytes/decompress.ts";
import { parsePax, type PaxRecords } from "./parse_pax.ts";
import { parseTarBlock, type TarBlock } from "./parse_block.ts";
import { TAR_BLOCK_SIZE } from "./header.ts";

/** What a member of a tar is. */
export type MemberType = "file" | "directory" | "symlink" | "hardlink" | "sparse" | "fifo" | "device";

/** One member of a tar. */
export interface TarMember {
  /**
   * The path as the tar has it, also with `./` before it or `/` after it; U+FFFD stands for bytes that are not UTF-8.
   */
  readonly name: string;
  /** What it is; `sparse` is a file of which only a part is in the tar. */
  readonly type: MemberType;
  /** Permission bits. */
  readonly mode: number;
  /** Size of the content in bytes. */
  readonly size: number;
  /** What a link points to; empty for everything else. */
  readonly target: string;
  /**
   * The content. It can be read once, in part or not at all, until the next member is asked for. The pieces are parts
   * of larger buffers: whoever keeps one of a small file keeps all of that.
   */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** How to read a tar. */
export interface ReadTarOptions {
  /** Makes the error to throw of what was thrown, by the tar or by its bytes. */
  readonly explain: (cause: unknown) => Error;
  /** Stops the reading with its reason, also when no more bytes come. */
  readonly signal?: AbortSignal;
  /**
   * Called when a tar stops behind a whole member, without the two blocks of zeros that end it. GNU tar, Go and Python
   * read such a tar, and nothing in it says whether more was to come. When left out, it is an error.
   */
  readonly onMissingEnd?: () => void;
}

/** How many bytes a PAX header or a long name of GNU may have; Go takes no more either. */
const EXTENSION_LIMIT = 1024 * 1024;
/** How much of the content of a member is read at once. */
const PIECE_SIZE = 128 * 1024;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads a tar, plain or compressed with gzip or zstd, member by member and in constant memory.
 *
 * Owners and times are not looked at, so those that no other program could hold do no harm. The time that reading takes
 * grows with the number of bytes, whatever they are. The bytes are cancelled when the caller stops early, when the
 * signal is aborted and on an error.
 *
 * @throws {Error} What `explain` makes of it when the tar is damaged, ends too early, holds a member of an unknown
 *   kind, is compressed in another way or is no tar at all, and when its bytes fail; the bodies throw the same.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13 | POSIX, the formats of pax}
 */
export async function* readTar(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  { explain, signal: aborted, onMissingEnd }: ReadTarOptions,
): AsyncGenerator<TarMember, void, void> {
  const stop = new AbortController();
  const signal = aborted === undefined ? stop.signal : AbortSignal.any([stop.signal, aborted]);
  const failed = (cause: unknown): unknown => aborted?.aborted ? aborted.reason : explain(cause);
  // A stream of its own, because a generator that waits for bytes cannot be cancelled.
  const passage = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const piped = bytes.pipeTo(passage.writable, { signal }).catch(() => {});
  const plain = decompress(passage.readable);
  try {
    const source = byteSource(plain);
    for await (const { block, extension } of readHeaders(source, onMissingEnd)) {
      const { size, ...member } = memberOf(block, extension);
      const content = contentOf(source, size);
      yield { ...member, size: member.type === "directory" ? 0 : size, body: readBody(content, member.type, failed) };
      if (!content.skipReady()) await content.skip();
      // By then all the bytes may have come.
      aborted?.throwIfAborted();
    }
  } catch (cause) {
    throw failed(cause);
  } finally {
    stop.abort();
    await plain.return().catch(() => {});
    await piped;
  }
}

/** What stands in front of the header of a member, and counts more. */
interface Extension {
  readonly pax: PaxRecords;
  /** The path that GNU tar writes in front of a member when its header is too short for it. */
  readonly name?: string;
  /** What a link points to, in the same way. */
  readonly target?: string;
}

interface MemberHeader {
  readonly block: TarBlock;
  readonly extension: Extension;
}

const NO_EXTENSION: Extension = { pax: {} };

/** Gives the headers of members. The content has to be read before the next one is asked for. */
async function* readHeaders(
  source: ByteSource,
  onMissingEnd: (() => void) | undefined,
): AsyncGenerator<MemberHeader, void, void> {
  let extension = NO_EXTENSION;
  for (let isFirst = true;; isFirst = false) {
    const bytes = source.takeReady(TAR_BLOCK_SIZE) ?? await source.take(TAR_BLOCK_SIZE);
    if (bytes.byteLength === 0 && isFirst) throw new Error("It is empty");
    if (bytes.byteLength === 0 && extension === NO_EXTENSION) return missEnd(onMissingEnd);
    if (bytes.byteLength < TAR_BLOCK_SIZE) throw cutOff();
    if (isZero(bytes)) return await readEnd(source, onMissingEnd);
    const block = parseTarBlock(bytes);
    if (block === undefined) throw new Error(isFirst ? "It does not begin like a tar" : "A header is damaged");
    switch (block.kind) {
      case "x":
        extension = { ...extension, pax: parsePax(await readExtension(source, block)) };
        break;
      case "g":
        refuseGlobal(parsePax(await readExtension(source, block)));
        break;
      case "L":
        extension = { ...extension, name: cString(await readExtension(source, block)) };
        break;
      case "K":
        extension = { ...extension, target: cString(await readExtension(source, block)) };
        break;
      default:
        yield { block, extension };
        extension = NO_EXTENSION;
    }
  }
}

async function readExtension(source: ByteSource, { size }: TarBlock): Promise<Uint8Array> {
  if (size > EXTENSION_LIMIT) throw new Error(`A header has ${size} bytes, and ${EXTENSION_LIMIT} are the limit`);
  const content = await source.take(size);
  if (content.byteLength < size) throw cutOff();
  await skip(source, paddingOf(size));
  return content;
}

/** Some readers use these for every member that follows, and some for none. */
function refuseGlobal({ path, target, size, sparse }: PaxRecords): void {
  if (path === undefined && target === undefined && size === undefined && sparse === undefined) return;
  throw new SyntaxError("A header says the path or the size of all members at once");
}

/** Behind the first block of zeros there may be more zeros, and nothing else. */
async function readEnd(source: ByteSource, onMissingEnd: (() => void) | undefined): Promise<void> {
  let zeros = 0;
  for (let piece = await source.next(PIECE_SIZE); piece !== undefined; piece = await source.next(PIECE_SIZE)) {
    if (!isZero(piece)) throw new Error("Something else stands behind its end");
    zeros += piece.byteLength;
  }
  if (zeros < TAR_BLOCK_SIZE) missEnd(onMissingEnd);
}

function missEnd(onMissingEnd: (() => void) | undefined): void {
  if (onMissingEnd === undefined) throw cutOff();
  onMissingEnd();
}

function memberOf(block: TarBlock, { pax, name, target }: Extension): Omit<TarMember, "body"> {
  // As Go has it: the words of GNU before those of PAX, and an empty one is none.
  const path = name || pax.path || block.name;
  const type = typeOf(block.kind, path, pax);
  return {
    name: path,
    type,
    mode: block.mode,
    size: sizeOf(block, path, pax),
    target: target || pax.target || block.target,
  };
}

function typeOf(kind: string, path: string, { sparse }: PaxRecords): MemberType {
  switch (kind) {
    case "0":
    case "\0":
    // A contiguous file, which is an ordinary one today.
    case "7":
      // Tars older than POSIX know no directories.
      return path.endsWith("/") ? "directory" : sparse === undefined ? "file" : "sparse";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "3":
    case "4":
      return "device";
    case "5":
      return "directory";
    case "6":
      return "fifo";
    case "S":
      throw new Error("It holds a sparse file");
    default:
      throw new Error(`It holds a member of the unknown kind ${JSON.stringify(kind)}`);
  }
}

/** Links, devices, directories, pipes: they have no content, whatever size their headers say. */
const EMPTY_KINDS = "123456";

function sizeOf({ kind, size }: TarBlock, path: string, pax: PaxRecords): number {
  const what = `The size of ${JSON.stringify(path.slice(0, 200))}`;
  const own = EMPTY_KINDS.includes(kind) ? 0 : size;
  if (!pax.size) {
    if (Number.isNaN(own)) throw new SyntaxError(`${what} is no number that can be counted with`);
    return own;
  }
  const said = /^[0-9]{1,16}$/.test(pax.size) ? Number(pax.size) : NaN;
  // Readers that do not agree on a size do not agree on what is in the tar.
  if (!Number.isSafeInteger(said) || EMPTY_KINDS.includes(kind) && said !== 0) {
    throw new SyntaxError(`${what} is ${JSON.stringify(pax.size.slice(0, 40))}, and that cannot be`);
  }
  return said;
}

interface Content {
  /** The next bytes of the content; none behind its end, and none once the next member was asked for. */
  next(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Passes over what nobody has read, and over what fills up the last block. */
  skip(): Promise<void>;
  /** The same where all of that is there already; tells whether it is. */
  skipReady(): boolean;
}

function contentOf(source: ByteSource, size: number): Content {
  let left = size;
  const rest = (): number => left + paddingOf(size);
  return {
    async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
      if (left === 0) return undefined;
      const limit = Math.min(left, PIECE_SIZE);
      const piece = source.takeReady(limit) ?? await source.next(limit);
      if (piece === undefined) throw cutOff();
      left -= piece.byteLength;
      return piece;
    },
    async skip(): Promise<void> {
      const size = rest();
      left = 0;
      await skip(source, size);
    },
    skipReady(): boolean {
      if (source.takeReady(rest()) === undefined) return false;
      left = 0;
      return true;
    },
  };
}

async function* readBody(
  content: Content,
  type: MemberType,
  failed: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  if (type === "directory") return;
  try {
    for (let piece = await content.next(); piece !== undefined; piece = await content.next()) yield piece;
  } catch (cause) {
    throw failed(cause);
  }
}

async function skip(source: ByteSource, size: number): Promise<void> {
  for (let left = size; left > 0;) {
    const piece = await source.next(left);
    if (piece === undefined) throw cutOff();
    left -= piece.byteLength;
  }
}

function paddingOf(size: number): number {
  return (TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE;
}

function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return DECODER.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function cutOff(): Error {
  return new Error("It ends too early");
}
