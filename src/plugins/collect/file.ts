import type { Entry } from "../../pipeline/entry.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { fileEntry } from "./file_entry.ts";
import { foundOnDisk } from "./found_on_disk.ts";
import { readingError } from "./reading_error.ts";
import type { Found } from "./tree.ts";

/** What the one file is called. */
export interface FileChoice {
  /** The path of the entry; the last part of the source's own path when left out. */
  readonly name?: string | undefined;
}

/** What belongs to a file. */
export interface FileMeans {
  /** How the names of files go on that are taken with it where they are there: `.prov` for `app.tgz.prov`. */
  readonly beside?: readonly string[];
}

/** Collects a source that is one file; a symbolic link stands for the file that it points to. */
export function file({ beside = [] }: FileMeans = {}): Factory<"collect", FileChoice> {
  return (kit) =>
    kit.plugin({
      name: "file",
      version: "1.0.0",
      apiVersion: 1,
      stage: "collect",
      description: "Takes one file.",
      options: kit.z.strictObject({
        name: kit.z.string().min(1).optional().describe(
          "What the file is called in the artifact; its own name when left out.",
        ),
      }),
      run({ location }, { name = lastPart(location) }): StageIO["collect"]["out"] {
        const found = findFile(location);
        if (found.kind === "file") {
          const others = beside.flatMap((ending) => entryBeside(`${location}${ending}`, `${name}${ending}`));
          return { entries: [fileEntry(name, found), ...others] };
        }
        const why = found.kind === "directory" ? "it is a directory" : found.why;
        throw new SourceError(`Cannot read ${JSON.stringify(location)} as a file: ${why}`);
      },
    });
}

function entryBeside(location: string, name: string): readonly Entry[] {
  try {
    const found = foundOnDisk({ prefix: "", path: location }, Deno.statSync(location));
    if (found.kind === "file") return [fileEntry(name, found)];
    throw new SourceError(`Cannot publish ${JSON.stringify(name)}: it is no file`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw readingError(name, error);
  }
}

function findFile(location: string): Found {
  try {
    return foundOnDisk({ prefix: "", path: location }, Deno.statSync(location));
  } catch (error) {
    throw readingError(location, error);
  }
}

function lastPart(location: string): string {
  const separators = Deno.build.os === "windows" ? /[\\/]/ : "/";
  return location.split(separators).at(-1) ?? location;
}
