import type { DirectReader } from "../../oci/tar/write.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { type FileIdentity, type OpenFile, openNamedFile } from "../../system/open_file.ts";
import { readingError } from "./reading_error.ts";

/**
 * Opens a file for reading from its start; whoever opened it closes it.
 *
 * @param location Where the file is.
 * @param name What errors call it.
 * @param found What the file was when it was found.
 * @throws {SourceError} When it cannot be read, or is no longer what it was when it was found: now, while it is read,
 *   or when the reading is finished.
 */
export function fileReader(location: string, name: string, found: FileIdentity): DirectReader {
  try {
    const file = openNamedFile(location);
    // Before a byte is read: what took the place of a file, through a link or not, may be anything.
    // Windows has no such numbers for whoever looks without opening.
    const { ino, dev } = file.identity;
    if (found.ino !== null && (ino !== found.ino || dev !== found.dev)) {
      file[Symbol.dispose]();
      throw changedError(name, "another file took its place");
    }
    return new FileReader(file, name, found);
  } catch (error) {
    throw readingError(name, error);
  }
}

/** Holds no closures: a push makes 100,000 of them, one after the other. */
class FileReader implements DirectReader {
  readonly #file: OpenFile;
  readonly #name: string;
  readonly #found: FileIdentity;
  #position = 0;

  constructor(file: OpenFile, name: string, found: FileIdentity) {
    this.#file = file;
    this.#name = name;
    this.#found = found;
  }

  readSync(buffer: Uint8Array): number {
    try {
      const count = this.#file.readSync(buffer, this.#position);
      this.#position += count;
      return count;
    } catch (error) {
      throw readingError(this.#name, error);
    }
  }

  async read(buffer: Uint8Array): Promise<number> {
    try {
      const count = await this.#file.readInto(buffer, this.#position);
      this.#position += count;
      return count;
    } catch (error) {
      throw readingError(this.#name, error);
    }
  }

  finish(count: number): void {
    const change = describeChange(this.#found, this.#file.identityNow(), count);
    if (change !== undefined) throw changedError(this.#name, change);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
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
