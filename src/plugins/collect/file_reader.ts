import type { DirectReader } from "../../oci/tar/write.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { type FileIdentity, openNamedFile } from "../../system/open_file.ts";
import { readingError } from "./reading_error.ts";

/**
 * Opens a file for reading from its start; whoever opened it closes it.
 *
 * @param location Where the file is.
 * @param name What errors call it.
 * @param found What the file was when it was found.
 * @throws {SourceError} When it cannot be read, or is no longer what it was when it was found: now, while it is read, or
 *   when the reading is finished.
 */
export function fileReader(location: string, name: string, found: FileIdentity): DirectReader {
  try {
    const file = openNamedFile(location);
    // Before a byte is read: what took the place of a file, through a link or not, may be anything.
    // Windows has no such numbers for whoever looks without opening.
    if (found.ino !== null && (file.identity.ino !== found.ino || file.identity.dev !== found.dev)) {
      file[Symbol.dispose]();
      throw changedError(name, "another file took its place");
    }
    let position = 0;
    return {
      readSync(buffer): number {
        try {
          const count = file.readSync(buffer, position);
          position += count;
          return count;
        } catch (error) {
          throw readingError(name, error);
        }
      },
      async read(buffer): Promise<number> {
        try {
          const count = await file.readInto(buffer, position);
          position += count;
          return count;
        } catch (error) {
          throw readingError(name, error);
        }
      },
      finish(count): void {
        const change = describeChange(found, file.identityNow(), count);
        if (change !== undefined) throw changedError(name, change);
      },
      [Symbol.dispose]: () => file[Symbol.dispose](),
    };
  } catch (error) {
    throw readingError(name, error);
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
