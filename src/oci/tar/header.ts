/**
 * Headers of tar entries: ustar where it fits, PAX where it must, in the same bytes as Go's `archive/tar`, with which
 * Flux, Timoni and Helm write theirs.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13 | POSIX.1-2017, pax, Extended Description}
 */
import { join } from "node:path/posix";
import { joinBytes } from "../bytes/read.ts";

/**
 * What differs from header to header. The rest is the same in all: owner and group 0, time 0, no user or group name.
 */
export interface TarHeader {
  /** The path in the archive, `/` between its parts. A directory's may end in `/`, a file's may not. */
  readonly name: string;
  /** What the entry is. */
  readonly type: "file" | "directory";
  /** Permission bits, such as `0o644`. */
  readonly mode: number;
  /** Size in bytes: 0 to 2^53-1, and 0 for a directory. */
  readonly size: number;
}

/** Headers and bodies stand in blocks of this many bytes. */
export const TAR_BLOCK_SIZE = 512;

const NAME_LENGTH = 100;
const PREFIX_LENGTH = 155;
/** Sizes from here on need more than the eleven octal digits of ustar. */
const USTAR_SIZE_LIMIT = 8 * 1024 ** 3;
const MODE_LIMIT = 0o10000000;
const ENCODER = new TextEncoder();

/**
 * Writes the header of an entry: one block of ustar, or a PAX header with its records and the block after it.
 *
 * @throws {TypeError} When the name is empty, holds a NUL character, or is a file's and ends in `/`.
 * @throws {RangeError} When the mode or the size is none, or a directory has a size.
 */
export function tarHeader(header: TarHeader): Uint8Array<ArrayBuffer> {
  check(header);
  const { name, mode, size } = header;
  const type = header.type === "directory" ? "5" : "0";
  const split = splitName(name);
  const sizeFits = size < USTAR_SIZE_LIMIT;
  if (split !== undefined && sizeFits) return block({ ...split, mode, size, type, device: "0000000" });

  const records = ENCODER.encode(
    (isAscii(name) && name.length <= NAME_LENGTH ? "" : record("path", name)) +
      (sizeFits ? "" : record("size", String(size))),
  );
  const paxName = truncate(toAscii(paxPath(name))).replace(/\/+$/, "");
  return joinBytes([
    block({ name: paxName, prefix: "", mode: 0, size: records.byteLength, type: "x", device: "" }),
    records,
    tarPadding(records.byteLength),
    block({ name: fitName(toAscii(name)), prefix: "", mode, size: sizeFits ? size : 0, type, device: "0000000" }),
  ]);
}

/** The zeros that fill up the last block of a body. */
function tarPadding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE);
}

function check({ name, type, mode, size }: TarHeader): void {
  const cannot = (why: string): string => `Cannot archive ${JSON.stringify(name)}: ${why}`;
  if (name === "") throw new TypeError(cannot("the name is empty"));
  if (name.includes("\0")) throw new TypeError(cannot("a name cannot hold a NUL character"));
  if (type === "file" && name.endsWith("/")) throw new TypeError(cannot('the name of a file cannot end in "/"'));
  if (!Number.isInteger(mode) || mode < 0 || mode >= MODE_LIMIT) throw new RangeError(cannot(`${mode} is no mode`));
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(cannot(`${size} is no size`));
  if (type === "directory" && size !== 0) throw new RangeError(cannot(`a directory cannot have ${size} bytes`));
}

/** Splits a name over the two fields that ustar has for it; `undefined` when it fits into none of them. */
function splitName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(name)) return undefined;
  if (name.length <= NAME_LENGTH) return { name, prefix: "" };
  // As far right as it can be, but not at the slash that ends a directory's name.
  const slash = name.slice(0, Math.min(name.length - 1, PREFIX_LENGTH + 1)).lastIndexOf("/");
  if (slash <= 0 || name.length - slash - 1 > NAME_LENGTH) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** `size key=value`, where the size counts its own digits. */
function record(key: string, value: string): string {
  const size = ENCODER.encode(` ${key}=${value}\n`).byteLength;
  let digits = String(size).length;
  if (String(size + digits).length > digits) digits++;
  return `${size + digits} ${key}=${value}\n`;
}

function paxPath(name: string): string {
  const slash = name.lastIndexOf("/");
  return join(name.slice(0, slash + 1), "PaxHeaders.0", name.slice(slash + 1));
}

/** Cuts a name for readers that know no PAX; they would take a file for a directory if its cut name ended in `/`. */
function fitName(name: string): string {
  const cut = truncate(name);
  return name.length > NAME_LENGTH ? cut.replace(/\/(?=\/*$)/, "\0") : cut;
}

interface Block {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
  readonly device: string;
}

/** What is the same in every block: no owner, time 0, and the checksum field as the spaces that it counts as. */
const TEMPLATE = template();

function template(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TAR_BLOCK_SIZE);
  put(bytes, 108, "0000000"); // uid
  put(bytes, 116, "0000000"); // gid
  put(bytes, 136, "00000000000"); // mtime
  put(bytes, 148, "        ");
  put(bytes, 257, "ustar\x0000");
  return bytes;
}

const TEMPLATE_SUM = TEMPLATE.reduce((sum, byte) => sum + byte);

function block({ name, prefix, mode, size, type, device }: Block): Uint8Array<ArrayBuffer> {
  const bytes = TEMPLATE.slice();
  const checksum = TEMPLATE_SUM +
    put(bytes, 0, name) +
    put(bytes, 100, octal(mode, 7)) +
    put(bytes, 124, octal(size, 11)) +
    put(bytes, 156, type) +
    put(bytes, 329, device) + // major
    put(bytes, 337, device) + // minor
    put(bytes, 345, prefix);
  put(bytes, 148, `${octal(checksum, 6)}\0`);
  return bytes;
}

/** Writes ASCII over zeros, unit by unit, which is several times as fast as an encoder for texts this short. */
function put(bytes: Uint8Array, at: number, text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    bytes[at + index] = code;
    sum += code;
  }
  return sum;
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, "0");
}

const ASCII_REGEXP = /^[\0-\x7f]*$/;

function isAscii(text: string): boolean {
  return ASCII_REGEXP.test(text);
}

function toAscii(text: string): string {
  return text.replace(/\P{ASCII}/gu, "");
}

function truncate(text: string): string {
  return text.slice(0, NAME_LENGTH);
}
