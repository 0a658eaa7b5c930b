import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { type ByteSource, byteSource } from "../tar/byte_source.ts";
import type { TarMember } from "../tar/read.ts";
import { through } from "../bytes/through.ts";
import type { ZipMember } from "./directory.ts";
import { ZIP_DEFLATED, ZIP_HEADER_SIGNATURE, ZIP_STORED } from "./records.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How to read a zip. */
export interface ReadZipOptions {
  /** Makes the error to throw of what was thrown, by the zip or by its bytes. */
  readonly explain: (cause: unknown) => Error;
  readonly signal: AbortSignal;
}

const HEADER_SIZE = 30;
/** What is no longer than this is read at once: a stream for each of many small files takes longer than they do. */
const AT_ONCE_LIMIT = 256 * 1024;
/** A link points to no longer path than any system has. */
const LINK_LIMIT = 64 * 1024;
/** How much of the content of a member is read at once. */
const PIECE_SIZE = 128 * 1024;

/**
 * Reads what is in a zip, member by member as those of a tar, in the order in which they lie there and in constant
 * memory. Only what the directory says counts; where a member's own header calls it by another name, it is refused, and
 * so are members that share bytes.
 *
 * @param bytes The whole zip, from its beginning.
 * @param members What its directory says.
 * @throws {Error} What `explain` makes of it when the zip is damaged, a member is encrypted or compressed in a way that
 *   cannot be undone, and when its bytes fail; the bodies throw the same.
 */
export async function* readZip(
  bytes: AsyncIterable<Bytes>,
  members: readonly ZipMember[],
  { explain, signal }: ReadZipOptions,
): AsyncGenerator<TarMember, void, void> {
  const failed = (cause: unknown): unknown => signal.aborted ? signal.reason : explain(cause);
  const pieces = bytes[Symbol.asyncIterator]();
  try {
    const source = placed(byteSource(pieces));
    for (const member of members.toSorted((a, b) => a.offset - b.offset)) {
      signal.throwIfAborted();
      await goToData(source, member);
      const end = source.at() + member.compressedSize;
      const { name, type, mode, size } = member;
      const content = contentOf(source, member);
      if (type === "symlink") {
        const target = new TextDecoder().decode(await wholeLink(content, member));
        yield { name, type, mode, size: 0, target, body: nothing() };
      } else {
        yield { name, type, mode, size: type === "directory" ? 0 : size, target: "", body: explained(content, failed) };
      }
      await source.goTo(end);
    }
  } catch (cause) {
    throw failed(cause);
  } finally {
    await pieces.return?.().catch(() => {});
  }
}

/** Bytes, and where in the zip they are. */
interface PlacedSource extends ByteSource {
  at(): number;
  /** Leaves out what is before a place. */
  goTo(place: number): Promise<void>;
}

function placed(source: ByteSource): PlacedSource {
  let at = 0;
  async function next(limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const part = await source.next(limit);
    at += part?.byteLength ?? 0;
    return part;
  }
  return {
    next,
    at: () => at,
    takeReady(size): Bytes | undefined {
      const taken = source.takeReady(size);
      at += taken?.byteLength ?? 0;
      return taken;
    },
    async take(size): Promise<Uint8Array<ArrayBuffer>> {
      const taken = await source.take(size);
      at += taken.byteLength;
      return taken;
    },
    async goTo(place): Promise<void> {
      while (at < place) {
        if (await next(Math.min(place - at, PIECE_SIZE)) === undefined) throw new Error("It is cut off");
      }
    },
  };
}

/** Leads to the first byte of a member's data, behind its own header. */
async function goToData(source: PlacedSource, { name, offset }: ZipMember): Promise<void> {
  if (offset < source.at()) throw new Error(`${JSON.stringify(name)} shares bytes with another member`);
  await source.goTo(offset);
  const header = await source.take(HEADER_SIZE);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.byteLength < HEADER_SIZE || view.getUint32(0, true) !== ZIP_HEADER_SIGNATURE) {
    throw new Error(`The header of ${JSON.stringify(name)} is damaged`);
  }
  const [nameSize, extraSize] = [view.getUint16(26, true), view.getUint16(28, true)];
  const own = new TextDecoder().decode(await source.take(nameSize));
  if (own !== name) throw new Error(`${JSON.stringify(name)} is called ${JSON.stringify(own)} in its own header`);
  await source.goTo(source.at() + extraSize);
}

/** What a member holds, checked against its size and its checksum. */
async function* contentOf(source: PlacedSource, member: ZipMember): AsyncGenerator<Bytes, void, void> {
  const { name, size, checksum, isEncrypted, method } = member;
  const called = JSON.stringify(name);
  if (isEncrypted) throw new Error(`${called} is encrypted`);
  if (method !== ZIP_STORED && method !== ZIP_DEFLATED) {
    throw new Error(`${called} is compressed with method ${method}, which cannot be undone`);
  }
  const tooMuch = (): Error => new Error(`${called} has more than the ${size} bytes that the zip says`);
  let done = 0;
  let sum = 0;
  try {
    for await (const piece of method === ZIP_STORED ? dataOf(source, member) : inflated(source, member)) {
      done += piece.byteLength;
      if (done > size) throw tooMuch();
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === undefined) throw cause;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooMuch();
    throw new Error(`${called} is damaged`, { cause });
  }
  if (done < size) throw new Error(`${called} has ${done} bytes, and the zip says ${size}`);
  if (sum !== checksum) throw new Error(`${called} is damaged: its checksum is another one`);
}

async function* inflated(source: PlacedSource, member: ZipMember): AsyncGenerator<Bytes, void, void> {
  const { size, compressedSize } = member;
  if (Math.max(size, compressedSize) > AT_ONCE_LIMIT) {
    yield* through(dataOf(source, member), () => createInflateRaw());
    return;
  }
  const data = await source.take(compressedSize);
  if (data.byteLength < compressedSize) throw new Error("It is cut off");
  const bytes = inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
  if (bytes.byteLength > 0) yield new Uint8Array(bytes);
}

async function* dataOf(source: PlacedSource, { compressedSize }: ZipMember): AsyncGenerator<Bytes, void, void> {
  for (let left = compressedSize; left > 0;) {
    const part = await source.next(Math.min(left, PIECE_SIZE));
    if (part === undefined) throw new Error("It is cut off");
    left -= part.byteLength;
    yield new Uint8Array(part);
  }
}

async function wholeLink(content: AsyncIterable<Bytes>, { name, size }: ZipMember): Promise<Bytes> {
  if (size > LINK_LIMIT) throw new Error(`${JSON.stringify(name)} links to a path of ${size} bytes`);
  const target = new Uint8Array(size);
  let filled = 0;
  for await (const piece of content) {
    target.set(piece, filled);
    filled += piece.byteLength;
  }
  return target;
}

async function* explained(
  content: AsyncIterable<Bytes>,
  failed: (cause: unknown) => unknown,
): AsyncGenerator<Bytes, void, void> {
  try {
    yield* content;
  } catch (cause) {
    throw failed(cause);
  }
}

async function* nothing(): AsyncGenerator<Bytes, void, void> {}
