import type { DirectReader } from "../../oci/tar/write.ts";
import { fileKind } from "../../system/file_kind.ts";
import type { FileIdentity } from "../../system/open_file.ts";
import { fileReader } from "./file_reader.ts";
import { fileStream } from "./file_stream.ts";
import type { Found, FoundFile } from "./tree.ts";

/** Where something was found. */
export interface FoundPlace {
  /** The directory, with the separator at its end; empty when the name is the whole path. */
  readonly base: string;
  readonly name: string;
}

/** Says what is at a place on disk that is no symbolic link. */
export function foundOnDisk(place: FoundPlace, info: Deno.FileInfo): Found {
  if (info.isDirectory) return { kind: "directory" };
  if (!info.isFile) return { kind: "unfit", why: `it is ${fileKind(info)}` };
  return new DiskFile(place, info);
}

/**
 * A file that was found. There may be 100,000 of them for as long as a run takes, so each is one object that holds
 * numbers: no date, no closure, and no path of its own beside those of its directory and its name.
 */
class DiskFile implements FoundFile {
  readonly kind = "file";
  readonly size: number;
  readonly executable: boolean;
  readonly #base: string;
  readonly #name: string;
  readonly #dev: number;
  readonly #ino: number | null;
  readonly #modified: number | undefined;
  readonly #changed: number | undefined;

  constructor({ base, name }: FoundPlace, info: Deno.FileInfo) {
    this.size = info.size;
    this.executable = ((info.mode ?? 0) & 0o100) !== 0;
    this.#base = base;
    this.#name = name;
    this.#dev = info.dev;
    this.#ino = info.ino;
    this.#modified = info.mtime?.getTime();
    this.#changed = settledChange(info);
  }

  open(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
    return fileStream(this.#base + this.#name, path, this.#identity());
  }

  openDirect(path: string): DirectReader {
    return fileReader(this.#base + this.#name, path, this.#identity());
  }

  stamp(): string | undefined {
    if (this.#changed === undefined) return undefined;
    return `file ${this.#dev} ${this.#ino} ${this.size} ${this.#modified} ${this.#changed}`;
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
