/**
 * Where the files of a tar stand in it, so that one can be read without all that comes before it.
 *
 * Only headers are read here, and what is read by position is verified like everything else. A tar that this does not
 * understand to its end is read from its start instead.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13 | POSIX.1-2017, pax, Extended Description}
 */
import { TAR_BLOCK_SIZE } from "../../oci/tar/header.ts";
import { readRange, type TarBytes } from "./bytes.ts";

/** Where a file stands. */
export interface TarPosition {
  /** Its path as it stands in the header. */
  readonly name: string;
  /** Where its bytes begin. */
  readonly offset: number;
  /** How many there are. */
  readonly size: number;
  /** `other` is everything but a plain file. */
  readonly type: "file" | "other";
}

/** How large the extended header of one entry may be. */
const EXTENSION_LIMIT = 1024 * 1024;
const DECODER = new TextDecoder();

/** What the headers of a tar say, as far as they can be read. */
export interface TarPositions {
  readonly positions: readonly TarPosition[];
  /**
   * How it ends: as a tar does; `early` when it is cut off or damaged behind the last position; `unknown` when it is no
   * plain tar, or one of another kind.
   */
  readonly end: "whole" | "early" | "unknown";
  /** Where the last header begins that was read, or the end of the tar. */
  readonly at: number;
}

/**
 * Reads the headers of a tar.
 *
 * @returns `undefined` when this is no plain tar, or one of another kind.
 */
export async function tarPositions(
  file: Pick<TarBytes, "size" | "read">,
): Promise<readonly TarPosition[] | undefined> {
  const { positions, end } = await readPositions(file);
  return end === "whole" ? positions : undefined;
}

/** Reads the headers of a tar up to the first one that is not as it should be. */
export async function readPositions(file: Pick<TarBytes, "size" | "read">): Promise<TarPositions> {
  const positions: TarPosition[] = [];
  let extended: Extension = {};
  let at = 0;
  const ended = (end: TarPositions["end"]): TarPositions => ({ positions, end, at });
  while (at + TAR_BLOCK_SIZE <= file.size) {
    const block = await readRange(file, at, TAR_BLOCK_SIZE);
    if (block.every((byte) => byte === 0)) return ended("whole");
    const header = parseHeader(block);
    if (header === undefined) return ended(at === 0 ? "unknown" : "early");
    const offset = at + TAR_BLOCK_SIZE;
    const size = isExtension(header.type) ? header.size : extended.size ?? header.size;
    if (offset + size > file.size) return ended("early");
    if (isExtension(header.type)) {
      if (size > EXTENSION_LIMIT) return ended("unknown");
      const more = parseExtension(header.type, await readRange(file, offset, size));
      if (more === undefined) return ended("unknown");
      extended = { ...extended, ...more };
    } else {
      const name = extended.name ?? header.name;
      const isFile = FILE_TYPES.includes(header.type) && !name.endsWith("/");
      if (!isFile && !OTHER_TYPES.includes(header.type)) return ended("unknown");
      positions.push({ name, offset, size, type: isFile ? "file" : "other" });
      extended = {};
    }
    at = offset + Math.ceil(size / TAR_BLOCK_SIZE) * TAR_BLOCK_SIZE;
  }
  // A tar ends with a block of zeros.
  return ended(at === 0 ? "unknown" : "early");
}

/** What stands in headers before the header of an entry, and counts more. */
interface Extension {
  readonly name?: string;
  readonly size?: number;
}

const FILE_TYPES: readonly string[] = ["0", "\0", "7"];
/** Links, devices, directories and pipes. */
const OTHER_TYPES: readonly string[] = ["0", "\0", "7", "1", "2", "3", "4", "5", "6"];

/** `x` and `g` are those of POSIX, `L` and `K` those of GNU. */
function isExtension(type: string): boolean {
  return type === "x" || type === "g" || type === "L" || type === "K";
}

function parseHeader(
  block: Uint8Array,
): { readonly name: string; readonly size: number; readonly type: string } | undefined {
  const size = parseNumber(block.subarray(124, 136));
  if (size === undefined || parseNumber(block.subarray(148, 156)) !== checksum(block)) return undefined;
  const name = text(block.subarray(0, 100));
  const isPosix = text(block.subarray(257, 263)) === "ustar";
  const prefix = isPosix ? text(block.subarray(345, 500)) : "";
  return { name: prefix === "" ? name : `${prefix}/${name}`, size, type: String.fromCharCode(block[156] ?? 0) };
}

function parseExtension(type: string, bytes: Uint8Array): Extension | undefined {
  if (type === "L") return { name: text(bytes) };
  // What holds for all entries is never a name or a size, and a link's target is of no use.
  if (type === "g" || type === "K") return {};
  let extension: Extension = {};
  for (let at = 0; at < bytes.byteLength;) {
    const start = /^[0-9]{1,7} /.exec(DECODER.decode(bytes.subarray(at, at + 8)))?.[0] ?? "";
    const length = parseInt(start, 10);
    if (start === "" || length <= start.length || at + length > bytes.byteLength) return undefined;
    const record = DECODER.decode(bytes.subarray(at + start.length, at + length - 1));
    const equals = record.indexOf("=");
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (key.startsWith("GNU.sparse.")) return undefined;
    if (key === "path") extension = { ...extension, name: value };
    if (key === "size") {
      const size = Number(value);
      if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(size)) return undefined;
      extension = { ...extension, size };
    }
    at += length;
  }
  return extension;
}

/** Octal digits, or, where those are too few, GNU's binary number. */
function parseNumber(field: Uint8Array): number | undefined {
  const [first = 0, ...rest] = field;
  if (first === 0x80) {
    const value = rest.reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : undefined;
}

function checksum(block: Uint8Array): number {
  // Its own field counts as spaces.
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return DECODER.decode(end < 0 ? field : field.subarray(0, end));
}
