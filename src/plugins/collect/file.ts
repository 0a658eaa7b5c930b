import type { Entry } from "../../pipeline/entry.ts";
import type { Collector } from "../../pipeline/plugin.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Source } from "../../pipeline/values.ts";
import { fileEntry } from "./file_entry.ts";
import { foundOnDisk } from "./found_on_disk.ts";
import { readingError } from "./reading_error.ts";
import type { Found } from "./tree.ts";

/** What the one file is called. */
export interface FileOptions {
  /** The path of the entry; the last part of the source's own path when left out. */
  readonly name?: string;
}

/** Collects a source that is one file; a symbolic link stands for the file that it points to. */
export function file(options: FileOptions = {}): Collector {
  return {
    name: "file",
    // deno-lint-ignore require-await -- what it throws has to be a rejection
    async collect({ location }: Source): Promise<readonly Entry[]> {
      const found = findFile(location);
      if (found.kind === "file") return [fileEntry(options.name ?? lastPart(location), found)];
      const why = found.kind === "directory" ? "it is a directory" : found.why;
      throw new SourceError(`Cannot read ${JSON.stringify(location)} as a file: ${why}`);
    },
  };
}

function findFile(location: string): Found {
  try {
    return foundOnDisk(location, Deno.statSync(location));
  } catch (error) {
    throw readingError(location, error);
  }
}

function lastPart(location: string): string {
  const separators = Deno.build.os === "windows" ? /[\\/]/ : "/";
  return location.split(separators).at(-1) ?? location;
}
