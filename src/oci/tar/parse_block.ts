/** What the header of a tar's member says: one block of 512 bytes. */
export interface TarBlock {
  /** The type flag: one character. */
  readonly kind: string;
  /** The path, as far as it fits into a header. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Size of the content in bytes; `NaN` when it is no number that can be counted with. */
  readonly size: number;
  /** What a link points to. */
  readonly target: string;
}

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads a header in any of the formats of tar: v7, ustar, PAX, GNU.
 *
 * @param block 512 bytes.
 * @returns `undefined` when the checksum is not that of the block: it is no header, or a damaged one.
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 | POSIX, ustar Interchange Format}
 */
export function parseTarBlock(block: Uint8Array): TarBlock | undefined {
  if (!hasOwnChecksum(block)) return undefined;
  const name = text(block, 0, 100);
  // GNU has times in that place, and another magic.
  const prefix = text(block, 257, 263) === "ustar" ? text(block, 345, 500) : "";
  return {
    kind: String.fromCharCode(block[156] ?? 0),
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: number(block, 100, 108) & 0o7777,
    size: number(block, 124, 136),
    target: text(block, 157, 257),
  };
}

/** Some programs of old have summed up bytes with a sign. */
function hasOwnChecksum(block: Uint8Array): boolean {
  const said = number(block, 148, 156);
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < block.byteLength; at++) {
    // The checksum counts as eight spaces in itself.
    const byte = at >= 148 && at < 156 ? 32 : block[at] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return said === unsigned || said === signed;
}

/** Octal digits, or, where those are too few, GNU's number in base 256. */
function number(block: Uint8Array, from: number, to: number): number {
  const first = block[from] ?? 0;
  if (first < 0x80) return octalNumber(block, from, to);
  let value = first & 0x3f;
  for (let at = from + 1; at < to; at++) value = value * 256 + (block[at] ?? 0);
  // The second bit is the sign.
  return first < 0xc0 && Number.isSafeInteger(value) ? value : NaN;
}

/** Spaces and zeros may stand before the digits, and anything behind a space or a zero that ends them. */
function octalNumber(block: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(block[at])) at++;
  let value = 0;
  for (; at < to && isOctalDigit(block[at]); at++) value = value * 8 + (block[at] ?? 0) - ZERO;
  return at === to || isBlank(block[at]) ? value : NaN;
}

const ZERO = 0x30;

function isOctalDigit(byte = 0): boolean {
  return byte >= ZERO && byte < ZERO + 8;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x20;
}

function text(block: Uint8Array, from: number, to: number): string {
  // Most of what is not a name is empty: there may be 100,000 headers.
  if (block[from] === 0) return "";
  const end = block.indexOf(0, from);
  return DECODER.decode(block.subarray(from, end < 0 || end > to ? to : end));
}
