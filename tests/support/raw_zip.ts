/** Zips of which every byte is the test's own. */
import { crc32 } from "node:zlib";
import { concat } from "./raw_tar.ts";

/** One member. What is left out is that of an ordinary file made on Unix. */
export interface RawZipMember {
  readonly name: string;
  readonly content?: string;
  /** The mode as Unix has it. */
  readonly mode?: number;
  /** What the directory says that it has, in the extension for large files. */
  readonly largeSize?: bigint;
  /** What its own header calls it. */
  readonly localName?: string;
  /** What stands in the zip for its content, and in which method of compression. */
  readonly packed?: { readonly method: number; readonly data: Uint8Array };
  /** What the directory says that it has, in bytes. */
  readonly size?: number;
  /** The CRC-32 that the directory says. */
  readonly checksum?: number;
  /** The flags, such as 1 for a member that is encrypted. */
  readonly flags?: number;
  /** Where the directory says that it is. */
  readonly offset?: number;
}

/** Writes a zip; members are not compressed, unless they say so. */
export function rawZip(members: readonly RawZipMember[], comment = ""): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, content = name, mode = 0o100644, largeSize, ...member } of members) {
    const [nameBytes, plain] = [encoder.encode(name), encoder.encode(content)];
    const { method, data: bytes } = member.packed ?? { method: 0, data: plain };
    const { size = plain.byteLength, checksum = crc32(plain), flags = 0, offset = at } = member;
    const localName = encoder.encode(member.localName ?? name);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(4, 20, true);
    local.setUint16(8, method, true);
    local.setUint32(14, checksum, true);
    local.setUint32(18, bytes.byteLength, true);
    local.setUint32(22, size, true);
    local.setUint16(26, localName.byteLength, true);
    const extra = new DataView(new ArrayBuffer(largeSize === undefined ? 0 : 12));
    if (largeSize !== undefined) {
      extra.setUint16(0, 1, true);
      extra.setUint16(2, 8, true);
      extra.setBigUint64(4, largeSize, true);
    }
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    central.setUint16(4, 0x0314, true);
    central.setUint16(6, 20, true);
    central.setUint16(8, flags, true);
    central.setUint16(10, method, true);
    central.setUint32(16, checksum, true);
    central.setUint32(20, bytes.byteLength, true);
    central.setUint32(24, largeSize === undefined ? size : 0xffffffff, true);
    central.setUint16(28, nameBytes.byteLength, true);
    central.setUint16(30, extra.byteLength, true);
    central.setUint32(38, mode * 0x10000, true);
    central.setUint32(42, offset, true);
    directory.push(bytesOf(central), nameBytes, bytesOf(extra));
    parts.push(bytesOf(local), localName, bytes);
    at += 30 + localName.byteLength + bytes.byteLength;
  }
  const central = concat(...directory);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  end.setUint32(12, central.byteLength, true);
  end.setUint32(16, at, true);
  end.setUint16(20, encoder.encode(comment).byteLength, true);
  return concat(...parts, central, bytesOf(end), encoder.encode(comment));
}

function bytesOf({ buffer }: DataView): Uint8Array {
  return new Uint8Array(buffer);
}
