import { sep as SEPARATOR } from "node:path";
import type { DirectReader } from "../../oci/tar/write.ts";
import { BackedEntry } from "../../pipeline/backing.ts";
import { fileKind } from "../../system/file_kind.ts";
import type { FileIdentity } from "../../system/open_file.ts";
import { fileReader } from "./file_reader.ts";
import { fileStream } from "./file_stream.ts";
import type { Found, FoundFile } from "./tree.ts";

/** Where something was found. */
export interface FoundPlace {
  /** The source, with the separator at its end; empty when the path is a whole one. */
  readonly prefix: string;
  /** From there, `/` between the parts. */
  readonly path: string;
}

/** The path by which the system knows it. */
export function locationOf({ prefix, path }: FoundPlace): string {
  return prefix + (SEPARATOR === "/" ? path : path.replaceAll("/", SEPARATOR));
}

/** Says what is at a place on disk that is no symbolic link. */
export function foundOnDisk(place: FoundPlace, info: Deno.FileInfo): Found {
  if (info.isDirectory) return { kind: "directory" };
  if (!info.isFile) return { kind: "unfit", why: `it is ${fileKind(info)}` };
  return new DiskFile(place, info);
}

/** Holds numbers and nothing else beside the path: no date, and no name of its own. */
class DiskFile extends BackedEntry implements FoundFile {
  readonly #prefix: string;
  readonly #dev: number;
  readonly #ino: number | null;
  readonly #modified: number | undefined;
  readonly #changed: number | undefined;

  constructor({ prefix, path }: FoundPlace, info: Deno.FileInfo) {
    super({ path, executable: ((info.mode ?? 0) & 0o100) !== 0, size: info.size });
    this.#prefix = prefix;
    this.#dev = info.dev;
    this.#ino = info.ino;
    this.#modified = info.mtime?.getTime();
    this.#changed = settledChange(info);
    // What plugins are given is frozen, but no instance of a class but by itself.
    Object.freeze(this);
  }

  stream(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
    return fileStream(this.#location(), path, this.#identity());
  }

  openDirect(path: string): DirectReader {
    return fileReader(this.#location(), path, this.#identity());
  }

  stamp(): string | undefined {
    if (this.#changed === undefined) return undefined;
    return `file ${this.#dev} ${this.#ino} ${this.size} ${this.#modified} ${this.#changed}`;
  }

  #location(): string {
    return locationOf({ prefix: this.#prefix, path: this.path });
  }

  #identity(): FileIdentity {
    const mtime = this.#modified === undefined ? null : new Date(this.#modified);
    return { dev: this.#dev, ino: this.#ino, size: this.size, mtime };
  }
}

/** The coarsest clock of a file system, that of FAT, in milliseconds. */
const CLOCK_STEP = 2000;

/**
 * When a file was changed last, in milliseconds since 1970: its bytes, its name or its mode. Unlike the time of
 * modification, nobody can set it. `undefined` when it was so short a time ago that the next change may get the same
 * time, which git calls racily clean; and on systems that do not number their files.
 */
function settledChange({ ino, ctime }: Deno.FileInfo): number | undefined {
  const changed = ctime?.getTime();
  if (ino === null || changed === undefined) return undefined;
  return Date.now() - changed >= CLOCK_STEP ? changed : undefined;
}
