import { join } from "node:path";
import { deflatedLimit, inflate, inflateStart } from "./inflate.ts";
import type { GitObject } from "./object.ts";
import { SIZE_LIMIT, withFile } from "./read_file.ts";

const HEADER_LIMIT = 128;
const HEADER_REGEXP = /^(commit|tag|tree|blob) (0|[1-9][0-9]{0,14})\0/;

/**
 * Reads an object that has a file of its own.
 *
 * @returns `undefined` when there is no such file.
 * @throws {Error} When the file is damaged, or a commit or a tag larger than {@linkcode SIZE_LIMIT}.
 */
export async function readLooseObject(objectDirectory: string, id: string): Promise<GitObject | undefined> {
  return await withFile(join(objectDirectory, id.slice(0, 2), id.slice(2)), (file) => {
    const start = new TextDecoder("latin1").decode(inflateStart(file.readAt(0, HEADER_LIMIT)));
    const [header = "", type, digits] = HEADER_REGEXP.exec(start) ?? [];
    if (type === "tree" || type === "blob") return { type };
    if (type !== "commit" && type !== "tag") throw new SyntaxError(`Cannot parse object ${id}: it has no header`);
    const size = Number(digits);
    if (size > SIZE_LIMIT) throw new RangeError(`Cannot read object ${id}: it has ${size} bytes`);
    const unpackedSize = header.length + size;
    const whole = inflate(file.readAt(0, Math.min(file.size, deflatedLimit(unpackedSize))), unpackedSize);
    return { type, body: whole.subarray(header.length) };
  });
}
