import {
  IN_ZIP64,
  ZIP64_END_SIGNATURE,
  ZIP64_EXTRA,
  ZIP64_LOCATOR_SIGNATURE,
  ZIP_END_SIGNATURE,
  ZIP_RECORD_SIGNATURE,
} from "./records.ts";

/** One member of a zip, as its directory at the end says. */
export interface ZipMember {
  /** The path as the zip has it; U+FFFD stands for bytes that are not UTF-8. */
  readonly name: string;
  readonly type: "file" | "directory" | "symlink";
  /** Permission bits; those that are usual where none are said. */
  readonly mode: number;
  /** In bytes, not compressed. */
  readonly size: number;
  /** How many bytes it has in the zip. */
  readonly compressedSize: number;
  /** How it is compressed, as a number of the format. */
  readonly method: number;
  /** The CRC-32 of what is not compressed. */
  readonly checksum: number;
  /** Whether it can be read only with a password. */
  readonly isEncrypted: boolean;
  /** Where its header begins. */
  readonly offset: number;
}

const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const RECORD_SIZE = 46;
/** How long the comment behind everything may be. */
const COMMENT_LIMIT = 0xffff;

/** Tells whether bytes begin as a zip does: with a member, or with the end of an empty one. */
export function beginsLikeZip(start: Uint8Array): boolean {
  const signature = String.fromCharCode(...start.subarray(0, 4));
  return signature === "PK\x03\x04" || signature === "PK\x05\x06";
}

/**
 * Reads the directory of a zip, which stands at its end.
 *
 * @param tail The last bytes of the zip, or all of them.
 * @param size The size of the whole zip in bytes.
 * @throws {SyntaxError} When there is no directory, or more of it than the tail has.
 *
 * @see {@link https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT | APPNOTE, section 4.3}
 */
export function readZipDirectory(tail: Uint8Array<ArrayBuffer>, size: number): readonly ZipMember[] {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const { count, start, end } = findDirectory(view, size - tail.byteLength);
  if (start < 0 || end > tail.byteLength || start > end) throw new SyntaxError("the directory of its zip is damaged");
  const members: ZipMember[] = [];
  let at = start;
  while (at + RECORD_SIZE <= end) {
    if (view.getUint32(at, true) !== ZIP_RECORD_SIGNATURE) break;
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const next = at + RECORD_SIZE + name + extra + comment;
    if (next > end) break;
    members.push(memberAt(tail, view, at));
    at = next;
  }
  if (members.length !== count) throw new SyntaxError("the directory of its zip is damaged");
  return members;
}

/** Where the directory is, counted from the beginning of the tail. */
function findDirectory(
  view: DataView,
  skipped: number,
): { readonly count: number; readonly start: number; readonly end: number } {
  const first = Math.max(0, view.byteLength - END_SIZE - COMMENT_LIMIT);
  for (let at = view.byteLength - END_SIZE; at >= first; at--) {
    if (view.getUint32(at, true) !== ZIP_END_SIGNATURE) continue;
    if (at + END_SIZE + view.getUint16(at + 20, true) !== view.byteLength) continue;
    const large = at - LOCATOR_SIZE;
    if (large >= 0 && view.getUint32(large, true) === ZIP64_LOCATOR_SIGNATURE) return findLarge(view, large, skipped);
    const start = view.getUint32(at + 16, true) - skipped;
    return { count: view.getUint16(at + 10, true), start, end: start + view.getUint32(at + 12, true) };
  }
  throw new SyntaxError("it is no zip, or it is cut off");
}

function findLarge(
  view: DataView,
  locator: number,
  skipped: number,
): { readonly count: number; readonly start: number; readonly end: number } {
  const at = Number(view.getBigUint64(locator + 8, true)) - skipped;
  if (at < 0 || at + 56 > view.byteLength || view.getUint32(at, true) !== ZIP64_END_SIGNATURE) {
    throw new SyntaxError("the directory of its zip is damaged");
  }
  const start = Number(view.getBigUint64(at + 48, true)) - skipped;
  return {
    count: Number(view.getBigUint64(at + 32, true)),
    start,
    end: start + Number(view.getBigUint64(at + 40, true)),
  };
}

function memberAt(tail: Uint8Array, view: DataView, at: number): ZipMember {
  const nameEnd = at + RECORD_SIZE + view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(tail.subarray(at + RECORD_SIZE, nameEnd));
  const extra = new DataView(tail.buffer, tail.byteOffset + nameEnd, view.getUint16(at + 30, true));
  const [compressedSize, size, offset] = [20, 24, 42].map((field) => view.getUint32(at + field, true)) as Numbers;
  const madeBy = view.getUint16(at + 4, true) >> 8;
  const attributes = madeBy === UNIX || madeBy === MACOS ? view.getUint32(at + 38, true) >>> 16 : 0;
  const type = typeOf(attributes, name);
  return {
    name,
    type,
    mode: attributes === 0 ? type === "directory" ? 0o755 : 0o644 : attributes & 0o777,
    ...largeNumbers(extra, { size, compressedSize, offset }),
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
  };
}

type Numbers = [compressedSize: number, size: number, offset: number];

/** Who has made a zip, and says what Unix has to say of its members. */
const UNIX = 3;
const MACOS = 19;

/** Unix keeps the type of a file in its attributes; who made the zip on another system has none. */
function typeOf(attributes: number, name: string): ZipMember["type"] {
  if ((attributes & 0o170000) === 0o120000) return "symlink";
  return name.endsWith("/") ? "directory" : "file";
}

interface LargeNumbers {
  readonly size: number;
  readonly compressedSize: number;
  readonly offset: number;
}

/** The extension for large files has the numbers that do not fit, in this order, and no others. */
function largeNumbers(extra: DataView, numbers: LargeNumbers): LargeNumbers {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== ZIP64_EXTRA) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let next = at + 4;
    const number = (short: number): number => {
      if (short !== IN_ZIP64 || next + 8 > end) return short;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    };
    return {
      size: number(numbers.size),
      compressedSize: number(numbers.compressedSize),
      offset: number(numbers.offset),
    };
  }
  return numbers;
}
