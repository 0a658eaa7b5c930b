import { SourceError } from "../../pipeline/source_error.ts";
import { type FileIdentity, openNamedFile } from "../../system/open_file.ts";
import { readingError } from "./reading_error.ts";

/** Files up to this size are read at once, which is ten times as fast for many of them. */
const AT_ONCE_LIMIT = 64 * 1024;

/**
 * Reads a file, and errors when it is no longer what it was when it was found. The file is opened with the first read
 * and closed at the end, on an error and on cancel.
 *
 * @param location Where the file is.
 * @param name What errors call it.
 * @param found What the file was when it was found.
 */
export function fileStream(
  location: string,
  name: string,
  found: FileIdentity,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(read(location, name, found));
}

async function* read(location: string, name: string, found: FileIdentity): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    if (found.size <= AT_ONCE_LIMIT) yield readAtOnce(location, name, found);
    else yield* readInChunks(location, name, found);
  } catch (error) {
    throw readingError(name, error);
  }
}

function readAtOnce(location: string, name: string, found: FileIdentity): Uint8Array<ArrayBuffer> {
  using file = openNamedFile(location);
  checkSame(name, found, file.identity);
  const bytes = new Uint8Array(found.size);
  let filled = 0;
  while (filled < bytes.byteLength) {
    const count = file.readSync(bytes.subarray(filled), filled);
    if (count === 0) break;
    filled += count;
  }
  checkUnchanged(name, found, file.identityNow(), filled);
  return bytes.subarray(0, filled);
}

async function* readInChunks(
  location: string,
  name: string,
  found: FileIdentity,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = openNamedFile(location);
  checkSame(name, found, file.identity);
  let total = 0;
  for await (const piece of file.read(0, found.size + 1)) {
    total += piece.byteLength;
    if (total <= found.size) yield piece;
  }
  checkUnchanged(name, found, file.identityNow(), total);
}

/** Before a byte is read: what took the place of a file, through a link or not, may be anything. */
function checkSame(name: string, found: FileIdentity, opened: FileIdentity): void {
  // Windows has no such numbers for whoever looks without opening.
  if (found.ino === null || opened.ino === found.ino && opened.dev === found.dev) return;
  throw changedError(name, "another file took its place");
}

function checkUnchanged(name: string, found: FileIdentity, now: FileIdentity, count: number): void {
  const change = describeChange(found, now, count);
  if (change !== undefined) throw changedError(name, change);
}

function changedError(name: string, change: string): SourceError {
  return new SourceError(`Cannot publish ${JSON.stringify(name)}: it changed after it was found, ${change}`);
}

function describeChange(found: FileIdentity, now: FileIdentity, count: number): string | undefined {
  if (now.size !== found.size) return `from ${found.size} to ${now.size} bytes`;
  if (now.mtime?.getTime() !== found.mtime?.getTime()) return "it was written to";
  if (count !== found.size) return `it has ${found.size} bytes and ${count} could be read`;
  return undefined;
}
