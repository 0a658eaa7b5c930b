import { join } from "node:path";
import { ioError } from "../../system/io_error.ts";
import { openFile } from "../../system/open_file.ts";
import { EMPTY_INDEX, INDEX_SIZE_LIMIT, type LayoutIndex, parseIndex } from "../index.ts";
import { checkOciLayout, OCI_LAYOUT_FILE, OCI_LAYOUT_SIZE_LIMIT } from "../oci_layout_file.ts";
import { isTemporaryName } from "../../system/write_file.ts";
import { messageOf } from "../../work/message_of.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** The name of the file that lists the manifests of a layout. */
export const INDEX_FILE = "index.json";

/**
 * Looks whether an image layout is in a directory. Writes nothing.
 *
 * @returns `false` when there is room for one: nothing, or an empty directory.
 * @throws {Error} When something else is there, or a layout of another version.
 */
export async function isLayout(path: string): Promise<boolean> {
  const refuse = (problem: string, cause?: unknown): Error =>
    new Error(`Cannot use ${JSON.stringify(path)} as an OCI layout: ${problem}`, { cause });
  const names = await namesIn(path);
  if (names === "file") throw refuse(`it is a file: write oci-archive:${path}`);
  if (names.every(isTemporaryName)) return false;
  await refuseLinks(path);
  // After the names: while another process makes the layout, this file is the first to come.
  const bytes = await readLayoutFile(join(path, OCI_LAYOUT_FILE), OCI_LAYOUT_SIZE_LIMIT);
  if (bytes === undefined) {
    // While another process removes the layout, this file is the last to go.
    const left = await namesIn(path);
    if (left !== "file" && left.every(isTemporaryName)) return false;
    throw refuse(whatElse(names));
  }
  try {
    checkOciLayout(bytes);
  } catch (cause) {
    throw refuse(messageOf(cause), cause);
  }
  return true;
}

/**
 * Checks the file by which a layout directory is known.
 *
 * @throws {Error} When it is missing, or of another version.
 */
export async function checkLayoutFile(path: string): Promise<void> {
  const bytes = await readLayoutFile(join(path, OCI_LAYOUT_FILE), OCI_LAYOUT_SIZE_LIMIT);
  if (bytes === undefined) throw new Error("it is missing");
  checkOciLayout(bytes);
}

/**
 * Reads the index of a layout directory. A layout without one is a new one, in which nothing is yet.
 *
 * @throws {Error} Names the file when it cannot be read or is no index.
 */
export async function readIndex(path: string): Promise<LayoutIndex> {
  const file = join(path, INDEX_FILE);
  const bytes = await readLayoutFile(file, INDEX_SIZE_LIMIT);
  return bytes === undefined ? EMPTY_INDEX : inFile(file, () => parseIndex(bytes));
}

/**
 * Refuses a layout that has blobs though its index is gone: what they were called is lost.
 *
 * @throws {Error} Names the index.
 */
export async function refuseLostIndex(path: string): Promise<void> {
  const file = join(path, INDEX_FILE);
  const blobs = await namesIn(join(path, "blobs", "sha256"));
  if (blobs === "file" || blobs.every(isTemporaryName)) return;
  // After the blobs: the index comes before the first of them.
  if (await readLayoutFile(file, INDEX_SIZE_LIMIT) !== undefined) return;
  throw new Error(`Cannot read ${JSON.stringify(file)}: it is gone, though there are blobs`);
}

/** Does something with a file's content, so that what is wrong with it names the file. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`Cannot read ${JSON.stringify(file)}: ${cause.message}`, { cause });
  }
}

/**
 * Refuses a layout of which a part is somewhere else: whoever made it could have files written to and removed from any
 * place. The path of the layout itself may be a link: that is the user's.
 */
async function refuseLinks(path: string): Promise<void> {
  const directories = [["blobs"], ["blobs", "sha256"], ["blobs", "sha512"]].map((parts) => join(path, ...parts));
  for (const directory of directories) await checkDirectory(directory);
}

/**
 * Makes sure that a directory of a layout is one, if it is there.
 *
 * @throws {Error} When something else stands under its name, such as a link.
 */
export async function checkDirectory(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    throw ioError("read", path, cause);
  });
  if (info === undefined || info.isDirectory) return;
  const kind = info.isSymlink ? "a symbolic link" : "no directory";
  throw new Error(`Cannot use ${JSON.stringify(path)} as a part of an OCI layout: it is ${kind}`);
}

/** The names in a directory; none when there is no directory. */
async function namesIn(path: string): Promise<readonly string[] | "file"> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return "file";
    return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw ioError("read", path, cause);
  }
}

/** Reads a file of a layout as a whole; `undefined` when there is none. */
async function readLayoutFile(path: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    using file = openFile(path);
    if (file === undefined) return undefined;
    if (file.size > limit) throw new RangeError(`it has ${file.size} bytes, and ${limit} are the limit`);
    return await readBytes(file.read(0, limit));
  } catch (cause) {
    throw ioError("read", path, cause);
  }
}

/** What a directory is that is no layout. */
function whatElse(names: readonly string[]): string {
  if (names.includes(INDEX_FILE)) return `it has an ${INDEX_FILE} and no ${OCI_LAYOUT_FILE} file`;
  if (names.includes("manifest.json")) {
    return `it has a manifest.json and no ${OCI_LAYOUT_FILE} file, as "docker save" and "skopeo copy … dir:" write it`;
  }
  return `it is a directory with other files and no ${OCI_LAYOUT_FILE} file`;
}
