import { Buffer } from "node:buffer";
import { hashLengthOf } from "./object.ts";
import { type OpenGitFile, withFile } from "./read_file.ts";

const SIGNATURE = 0xff744f63;
const FAN_OUT_AT = 8;
const TABLES_AT = FAN_OUT_AT + 256 * 4;
/** Set in a 32-bit offset that is in truth a place in the table of 64-bit offsets. */
const LARGE_OFFSET = 0x80000000;

/**
 * Looks an object up in the index of a pack.
 *
 * @param path The `.idx` file.
 * @returns Where in the pack the object begins; `undefined` when it is not there.
 * @throws {Error} When the index is damaged or of another version than 2.
 *
 * @see {@link https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and | gitformat-pack}
 */
export async function findInPackIndex(path: string, id: string): Promise<number | undefined> {
  return await withFile(path, (file) => {
    if (readUint32(file, 0) !== SIGNATURE || readUint32(file, 4) !== 2) {
      throw new Error(`Cannot read "${path}": it is no pack index of version 2`);
    }
    const count = readUint32(file, TABLES_AT - 4);
    const place = findName(file, id);
    if (place === undefined) return undefined;
    // Names, then a checksum of four bytes for each, then offsets.
    const offsetsAt = TABLES_AT + count * (hashLengthOf(id) + 4);
    const offset = readUint32(file, offsetsAt + place * 4);
    if (offset < LARGE_OFFSET) return offset;
    const largeAt = offsetsAt + count * 4 + (offset - LARGE_OFFSET) * 8;
    return readUint32(file, largeAt) * 2 ** 32 + readUint32(file, largeAt + 4);
  });
}

function findName(file: OpenGitFile, id: string): number | undefined {
  const name = Buffer.from(id, "hex");
  const first = Number.parseInt(id.slice(0, 2), 16);
  // The fan-out says how many names begin with this byte or a lower one.
  let low = first === 0 ? 0 : readUint32(file, FAN_OUT_AT + (first - 1) * 4);
  let high = readUint32(file, FAN_OUT_AT + first * 4);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const order = Buffer.compare(name, file.readAt(TABLES_AT + middle * name.length, name.length));
    if (order === 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
}

function readUint32(file: OpenGitFile, offset: number): number {
  const bytes = file.readAt(offset, 4);
  if (bytes.byteLength < 4) throw new Error("Cannot read pack index: it is cut short");
  return new DataView(bytes.buffer).getUint32(0);
}
