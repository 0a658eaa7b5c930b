/**
 * What stands around the data of a zip: a header before each member, its sizes behind it where they were not known
 * before, and the directory at the end, which is what most readers go by.
 *
 * @see {@link https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT | APPNOTE 6.3.10, sections 4.3 to 4.5}
 */

/** Begins the header of a member. */
export const ZIP_HEADER_SIGNATURE = 0x04034b50;
/** Begins the sizes behind a member's data. */
const ZIP_DESCRIPTOR_SIGNATURE = 0x08074b50;
/** Begins the record of a member in the directory. */
export const ZIP_RECORD_SIGNATURE = 0x02014b50;
/** Begins the end of the directory. */
export const ZIP_END_SIGNATURE = 0x06054b50;
/** Begins the end of a large directory, which stands before the other. */
export const ZIP64_END_SIGNATURE = 0x06064b50;
/** Begins what says where the end of a large directory is. */
export const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
/** The kind of extra field with numbers of 64 bits. */
export const ZIP64_EXTRA = 1;
/** Stands for a number that is among those of 64 bits. */
export const IN_ZIP64 = 0xffffffff;
/** The data as it is. */
export const ZIP_STORED = 0;
/** The data as a raw deflate stream (RFC 1951). */
export const ZIP_DEFLATED = 8;

/** What a zip says of one member. */
export interface ZipMemberRecord {
  /** The path, `/` between its parts; a directory's ends in `/`. */
  readonly name: string;
  /** Type and permissions as Unix has them, such as `0o100644`. */
  readonly mode: number;
  /** {@linkcode ZIP_STORED} or {@linkcode ZIP_DEFLATED}. */
  readonly method: number;
  /** The CRC-32 of the bytes that are not compressed. */
  readonly checksum: number;
  /** How many bytes it has in the zip. */
  readonly compressedSize: number;
  /** How many it has when it is not compressed. */
  readonly size: number;
  /** Where its header begins. */
  readonly offset: number;
  /** Whether checksum and sizes were not known before the data was written. */
  readonly isStreamed: boolean;
}

/**
 * Members from this size on have sizes of 64 bits. The limit is below 4 GiB, because data that cannot be compressed
 * grows by a thousandth at most.
 */
const LARGE_FROM = 0xff000000;
/** As many members as the short end of a directory cannot count. */
const COUNT_LIMIT = 0xffff;
const NAME_LIMIT = 0xffff;
/** A version of the format that knows deflate and directories. */
const VERSION = 20;
/** The first that knows numbers of 64 bits. */
const VERSION_ZIP64 = 45;
/** Made by a system with the modes of Unix. */
const UNIX = 3 << 8;
const STREAMED_FLAG = 1 << 3;
const UTF8_FLAG = 1 << 11;
/** 1980-01-01, the first day that there is, at midnight. */
const DATE = 0x0021;
const TIME = 0;
const DIRECTORY_ATTRIBUTE = 0x10;

/**
 * Writes the header before a member's data.
 *
 * @throws {TypeError} When its name cannot stand in a zip.
 */
export function zipHeader(member: ZipMemberRecord): Uint8Array<ArrayBuffer> {
  const { isStreamed, checksum, compressedSize, size } = member;
  const known = isStreamed ? { checksum: 0, compressedSize: 0, size: 0 } : { checksum, compressedSize, size };
  const large = isLarge(member) ? [known.size, known.compressedSize] : [];
  const name = encodedName(member.name);
  return concatenate(
    fields([ZIP_HEADER_SIGNATURE, 4], ...common(member, { ...known, name, extra: extraSize(large) })),
    name,
    extra(large),
  );
}

/** Writes what stands behind the data of a member that is streamed. */
export function zipDescriptor(member: ZipMemberRecord): Uint8Array<ArrayBuffer> {
  const width = isLarge(member) ? 8 : 4;
  return fields(
    [ZIP_DESCRIPTOR_SIGNATURE, 4],
    [member.checksum, 4],
    [member.compressedSize, width],
    [member.size, width],
  );
}

/** Writes the record of a member in the directory. */
export function zipRecord(member: ZipMemberRecord): Uint8Array<ArrayBuffer> {
  const { name: path, mode, size, compressedSize, offset } = member;
  const isFar = offset >= IN_ZIP64;
  const large = [...(isLarge(member) ? [size, compressedSize] : []), ...(isFar ? [offset] : [])];
  const name = encodedName(path);
  return concatenate(
    fields(
      [ZIP_RECORD_SIGNATURE, 4],
      [UNIX | versionOf(member), 2],
      ...common(member, { ...member, name, extra: extraSize(large) }),
      [0, 2], // no comment
      [0, 2], // no other disk
      [0, 2], // nothing is said of what the data is
      [mode * 0x10000 + (path.endsWith("/") ? DIRECTORY_ATTRIBUTE : 0), 4],
      [isFar ? IN_ZIP64 : offset, 4],
    ),
    name,
    extra(large),
  );
}

/** Where a directory is. */
export interface ZipDirectory {
  /** How many members there are. */
  readonly count: number;
  /** How many bytes their records have. */
  readonly size: number;
  /** Where these begin. */
  readonly offset: number;
}

/** Writes the end of a zip. */
export function zipEnd({ count, size, offset }: ZipDirectory): Uint8Array<ArrayBuffer> {
  const short = fields(
    [ZIP_END_SIGNATURE, 4],
    [0, 4], // no other disk
    [Math.min(count, COUNT_LIMIT), 2],
    [Math.min(count, COUNT_LIMIT), 2],
    [Math.min(size, IN_ZIP64), 4],
    [Math.min(offset, IN_ZIP64), 4],
    [0, 2], // no comment
  );
  if (count < COUNT_LIMIT && size < IN_ZIP64 && offset < IN_ZIP64) return short;
  const long = fields(
    [ZIP64_END_SIGNATURE, 4],
    [44, 8], // the size of what follows
    [UNIX | VERSION_ZIP64, 2],
    [VERSION_ZIP64, 2],
    [0, 8], // no other disk
    [count, 8],
    [count, 8],
    [size, 8],
    [offset, 8],
  );
  return concatenate(long, fields([ZIP64_LOCATOR_SIGNATURE, 4], [0, 4], [offset + size, 8], [1, 4]), short);
}

/** A number, and how many bytes it takes. */
type Field = readonly [value: number, width: 2 | 4 | 8];

/** The fields that a header and a record in the directory have in common. */
function common(
  member: ZipMemberRecord,
  { checksum, compressedSize, size, name, extra }: {
    readonly checksum: number;
    readonly compressedSize: number;
    readonly size: number;
    readonly name: Uint8Array;
    readonly extra: number;
  },
): readonly Field[] {
  // Names in ASCII mean the same everywhere; a flag that is not needed some readers show as a difference.
  const flags = (member.isStreamed ? STREAMED_FLAG : 0) | (name.some((byte) => byte > 0x7f) ? UTF8_FLAG : 0);
  return [
    [versionOf(member), 2],
    [flags, 2],
    [member.method, 2],
    [TIME, 2],
    [DATE, 2],
    [checksum, 4],
    [isLarge(member) ? IN_ZIP64 : compressedSize, 4],
    [isLarge(member) ? IN_ZIP64 : size, 4],
    [name.byteLength, 2],
    [extra, 2],
  ];
}

function isLarge({ size }: ZipMemberRecord): boolean {
  return size >= LARGE_FROM;
}

function versionOf(member: ZipMemberRecord): number {
  return isLarge(member) || member.offset >= IN_ZIP64 ? VERSION_ZIP64 : VERSION;
}

function extra(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  if (numbers.length === 0) return new Uint8Array(0);
  return fields([ZIP64_EXTRA, 2], [8 * numbers.length, 2], ...numbers.map((value) => [value, 8] as const));
}

function extraSize(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : 4 + 8 * numbers.length;
}

function encodedName(name: string): Uint8Array {
  const cannot = (why: string): string => `Cannot archive ${JSON.stringify(name.slice(0, 200))}: ${why}`;
  const bytes = new TextEncoder().encode(name);
  if (/^\/*$/.test(name)) throw new TypeError(cannot("the name is empty"));
  if (name.includes("\0")) throw new TypeError(cannot("a name cannot hold a NUL character"));
  // What separates names on Windows only, and readers there take it for that.
  if (name.includes("\\")) throw new TypeError(cannot("a name in a zip cannot hold a backslash"));
  if (bytes.byteLength > NAME_LIMIT) throw new TypeError(cannot("the name is longer than 65,535 bytes"));
  return bytes;
}

function fields(...list: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(list.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of list) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

function concatenate(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
