import { Buffer } from "node:buffer";
import { applyDelta } from "./delta.ts";
import { deflatedLimit, inflate } from "./inflate.ts";
import { type GitObject, hashLengthOf } from "./object.ts";
import { findInPackIndex } from "./pack_index.ts";
import { type OpenGitFile, SIZE_LIMIT, withFile } from "./read_file.ts";

/** How many deltas may stand on each other: as many as git writes at most. */
const DELTA_LIMIT = 4095;
const HEADER_LIMIT = 64;
const ENTRY_TYPES: Readonly<Record<number, EntryType>> = {
  1: "commit",
  2: "tree",
  3: "blob",
  4: "tag",
  6: "offset-delta",
  7: "name-delta",
};

type EntryType = GitObject["type"] | "offset-delta" | "name-delta";

/** What stands before an object's bytes in a pack. */
interface Entry {
  readonly type: EntryType | undefined;
  /** Size after unpacking. */
  readonly size: number;
  /** Where the packed bytes begin. */
  readonly dataAt: number;
  /** Where the entry begins that a delta stands on. */
  readonly baseAt?: number;
}

/**
 * Reads an object out of a pack.
 *
 * @param indexPath The `.idx` file; the `.pack` stands beside it.
 * @returns `undefined` when the pack does not have the object.
 * @throws {Error} When index or pack is damaged, or a commit or a tag larger than {@linkcode SIZE_LIMIT}.
 *
 * @see {@link https://git-scm.com/docs/gitformat-pack | gitformat-pack}
 */
export async function readPackedObject(indexPath: string, id: string): Promise<GitObject | undefined> {
  const offset = await findInPackIndex(indexPath, id);
  if (offset === undefined) return undefined;
  const findBase = async (base: string): Promise<number> => {
    const found = await findInPackIndex(indexPath, base);
    if (found === undefined) throw new Error(`Cannot read object ${id}: its base ${base} is not in the pack`);
    return found;
  };
  return await withFile(
    indexPath.replace(/\.idx$/, ".pack"),
    (file) => readEntry({ file, hashLength: hashLengthOf(id), findBase }, offset),
  );
}

interface Pack {
  readonly file: OpenGitFile;
  readonly hashLength: number;
  /** Finds where the object begins that a delta names. */
  findBase(id: string): Promise<number>;
}

async function readEntry(pack: Pack, offset: number): Promise<GitObject> {
  let entry = await readHeader(pack, offset);
  const deltas: Entry[] = [];
  while (entry.baseAt !== undefined) {
    if (deltas.push(entry) > DELTA_LIMIT) throw new Error("Cannot read pack: too many deltas stand on each other");
    entry = await readHeader(pack, entry.baseAt);
  }
  const { type } = entry;
  if (type === "tree" || type === "blob") return { type };
  if (type !== "commit" && type !== "tag") throw new SyntaxError("Cannot parse pack: an entry has an unknown type");
  let body = readData(pack, entry);
  // One delta at a time, so that memory does not grow with their number.
  for (const delta of deltas.reverse()) body = applyDelta(body, readData(pack, delta));
  return { type, body };
}

async function readHeader({ file, hashLength, findBase }: Pack, offset: number): Promise<Entry> {
  const bytes = file.readAt(offset, HEADER_LIMIT);
  const byteAt = (at: number): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new SyntaxError("Cannot parse pack: an entry is cut short");
    return byte;
  };
  const type = ENTRY_TYPES[byteAt(0) >> 4 & 0x07];
  let size = byteAt(0) & 0x0f;
  let at = 1;
  for (let scale = 16; byteAt(at - 1) >= 0x80; at++, scale *= 128) size += (byteAt(at) & 0x7f) * scale;
  if (type === "name-delta") {
    const base = Buffer.from(bytes.subarray(at, at + hashLength)).toString("hex");
    return { type, size, dataAt: offset + at + hashLength, baseAt: await findBase(base) };
  }
  if (type !== "offset-delta") return { type, size, dataAt: offset + at };
  let distance = byteAt(at) & 0x7f;
  for (; byteAt(at) >= 0x80; at++) distance = (distance + 1) * 128 + (byteAt(at + 1) & 0x7f);
  if (distance <= 0 || distance > offset) throw new SyntaxError("Cannot parse pack: a delta has no base");
  return { type, size, dataAt: offset + at + 1, baseAt: offset - distance };
}

function readData({ file }: Pack, { size, dataAt }: Entry): Uint8Array<ArrayBuffer> {
  if (size > SIZE_LIMIT) throw new RangeError(`Cannot read pack: an object has ${size} bytes`);
  return inflate(file.readAt(dataAt, Math.min(file.size, deflatedLimit(size))), size);
}
