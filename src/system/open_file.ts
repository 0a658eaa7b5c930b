/**
 * Files that others have put there are opened without waiting: a pipe in the place of a file would keep gantry for
 * ever, and a device would give bytes without end.
 */
import { closeSync, constants, fstatSync, openSync, read, readSync, type Stats, statSync } from "node:fs";
import { fileKind } from "./file_kind.ts";
import { ioError } from "./io_error.ts";

/** A file that is open for reading. */
export interface OpenFile extends Disposable {
  /** How many bytes it has. */
  readonly size: number;
  /** Permission bits, where the system knows such. */
  readonly mode: number | undefined;
  /** What changes whenever another file or another content stands under the name; compared with {@linkcode stampOf}. */
  readonly stamp: string;
  /** What it was when it was opened: this very file, whatever has its name meanwhile. */
  readonly identity: FileIdentity;
  /** What it is now. */
  identityNow(): FileIdentity;
  /** Reads from a position on, until so many bytes came or the file ends. */
  read(offset?: number, size?: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
  /**
   * Reads into a buffer, and keeps everybody else waiting: for what is small.
   *
   * @returns How many bytes there were; 0 at the end of the file.
   */
  readSync(buffer: Uint8Array, offset: number): number;
  /** The same while others have their turn. */
  readInto(buffer: Uint8Array, offset: number): Promise<number>;
}

/** By what a file is known again. */
export type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino" | "size" | "mtime">;

/** How a file is opened. */
export interface OpenFileOptions {
  /** Whether a symbolic link is followed; it is refused otherwise. */
  readonly followLinks?: boolean;
}

const PIECE_SIZE = 256 * 1024;

/**
 * Opens a file, and looks at what is open: nothing can be put into its place between the look and the reading.
 *
 * @returns `undefined` when there is nothing of that name.
 * @throws {NotAFileError} When it is something else.
 * @throws {Error} What the system says.
 */
export function openFile(path: string, { followLinks = false }: OpenFileOptions = {}): OpenFile | undefined {
  try {
    const file = openNamedFile(path);
    if (followLinks) return file;
    // Not by O_NOFOLLOW: Deno resolves links itself before it opens what some permissions do not cover.
    const named = lookAt(path);
    if (named?.isSymlink === false) return file;
    file[Symbol.dispose]();
    // Somebody has removed it since it was opened.
    if (named === undefined) return undefined;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    if (!(cause instanceof Deno.errors.FilesystemLoop)) throw cause;
  }
  throw new NotAFileError("a symbolic link");
}

/**
 * Opens a file that should be there, through links as well.
 *
 * @throws {NotAFileError} When it is something else.
 * @throws What `Deno.open` throws, such as `Deno.errors.NotFound`.
 */
export function openNamedFile(path: string): OpenFile {
  const descriptor = open(path);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return new NamedFile(path, descriptor, stats);
  closeSync(descriptor);
  throw new NotAFileError(kindOf(stats));
}

/** Holds no closures: a push opens 100,000 of them, one after the other. */
class NamedFile implements OpenFile {
  readonly size: number;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #stats: Stats;
  /** Where the system reads on when it is told no place. */
  #position = 0;

  constructor(path: string, descriptor: number, stats: Stats) {
    this.size = stats.size;
    this.#path = path;
    this.#descriptor = descriptor;
    this.#stats = stats;
  }

  get mode(): number | undefined {
    return Deno.build.os === "windows" ? undefined : this.#stats.mode & 0o777;
  }

  get stamp(): string {
    return stampIn(this.#stats);
  }

  get identity(): FileIdentity {
    return identityOf(this.#stats);
  }

  identityNow(): FileIdentity {
    // It is open, so nothing else has its number; and Deno tells by a name what it is in a third of the time.
    const named = lookAt(this.#path);
    const { dev, ino } = this.#stats;
    return named?.ino === ino && named.dev === dev ? named : identityOf(fstatSync(this.#descriptor));
  }

  async *read(offset = 0, size = Infinity): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for (let done = 0; done < size;) {
      // A new buffer each time: the reader may keep what it gets.
      const piece = new Uint8Array(Math.min(PIECE_SIZE, size - done));
      const count = await readAt(this.#descriptor, piece, offset + done);
      if (count === 0) return;
      done += count;
      yield piece.subarray(0, count);
    }
  }

  readSync(buffer: Uint8Array, offset: number): number {
    // To read from another place, Deno goes there and back again: three calls of the system more.
    const isNext = offset === this.#position;
    const count = readSync(this.#descriptor, buffer, 0, buffer.byteLength, isNext ? null : offset);
    if (isNext) this.#position += count;
    return count;
  }

  readInto(buffer: Uint8Array, offset: number): Promise<number> {
    return readAt(this.#descriptor, buffer, offset);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** Reads a file to its end, and closes it then, or when it is left before. */
export function filePieces(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  return piecesOf(openNamedFile(path));
}

async function* piecesOf(opened: OpenFile): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  using file = opened;
  yield* file.read();
}

/**
 * What changes whenever another file or another content stands under a path; `undefined` when there is nothing.
 *
 * @throws {Error} Names the path and what the system said.
 */
export function stampOf(path: string): string | undefined {
  try {
    return stampIn(statSync(path));
  } catch (cause) {
    if (isAbsence(cause)) return undefined;
    throw ioError("read", path, cause);
  }
}

/** Something else stands where a file should be; the message is the last part of a sentence. */
export class NotAFileError extends Error {
  /** The name of the class. */
  override readonly name = "NotAFileError";

  /** @param kind What it is, with its article. */
  constructor(kind: string, options?: ErrorOptions) {
    super(`it is ${kind}`, options);
  }
}

function stampIn({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, Math.trunc(mtimeMs)].join(" ");
}

function readAt(descriptor: number, piece: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, piece, 0, piece.byteLength, position, (error, count) => error ? reject(error) : resolve(count));
  });
}

/** Windows has no flag for this, and no pipes among its files. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

function open(path: string): number {
  try {
    return openSync(path, FLAGS);
  } catch (error) {
    // A socket cannot be opened at all.
    const stats = statOf(path);
    if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) throw new NotAFileError(kindOf(stats));
    throw denoError(error);
  }
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Deno has whole milliseconds. Node rounds to them by adding a half, which is wrong before 1970. */
function identityOf({ dev, ino, size, mtimeMs }: Stats): FileIdentity {
  return { dev, ino, size, mtime: new Date(Math.trunc(mtimeMs)) };
}

function kindOf(stats: Stats): string {
  return fileKind({
    isDirectory: stats.isDirectory(),
    isFifo: stats.isFIFO(),
    isSocket: stats.isSocket(),
    isBlockDevice: stats.isBlockDevice(),
    isCharDevice: stats.isCharacterDevice(),
  });
}

function isAbsence(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}

const ERRORS: ReadonlyMap<unknown, new (message: string, options: ErrorOptions) => Error> = new Map([
  ["ENOENT", Deno.errors.NotFound],
  ["EACCES", Deno.errors.PermissionDenied],
  ["EPERM", Deno.errors.PermissionDenied],
  ["ELOOP", Deno.errors.FilesystemLoop],
  ["ENOTDIR", Deno.errors.NotADirectory],
]);

/**
 * Node's errors have other classes, and other words around what the system said: `EACCES: permission denied, open '…'`.
 */
function denoError(cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  const said = /^[A-Z0-9]+: (.+?), open\b/s.exec(cause.message)?.[1] ?? cause.message;
  return new (ERRORS.get(cause.code) ?? Error)(said, { cause });
}
