import { closeSync, constants, fstatSync, openSync, read, readSync, type Stats } from "node:fs";
import { fileKind } from "./file_kind.ts";

/** A regular file that is open for reading. Disposing of it closes it. */
export interface OpenFile extends Disposable {
  /** What it was when it was opened: of this very file, whatever has its name by now. */
  readonly info: FileIdentity;
  /** What it is now. */
  stat(): FileIdentity;
  /**
   * Reads bytes into a buffer.
   *
   * @param position Where to read, in bytes; from where the last reading ended when left out.
   * @returns How many there were; 0 at the end of the file.
   */
  readSync(buffer: Uint8Array, position?: number): number;
  /** The same, without keeping anybody waiting. */
  read(buffer: Uint8Array): Promise<number>;
}

/** By what a file is known again. */
export type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino" | "size" | "mtime">;

/** Whoever opens a pipe waits for its other end, unless the system is told not to; Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Opens a regular file and nothing else. It never waits, also when the file has become a pipe since somebody looked:
 * what a path leads to is known only when it is open. `Deno.open` has no way to say that.
 *
 * @throws What `Deno.open` throws, and a `TypeError` that says what it is instead, as in `it is a named pipe`.
 */
export function openFile(path: string): OpenFile {
  const descriptor = open(path);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new TypeError(`it is ${kindOf(stats)}`);
    return {
      info: identityOf(stats),
      stat: () => identityOf(fstatSync(descriptor)),
      readSync: (buffer, position) => readSync(descriptor, buffer, 0, buffer.byteLength, position ?? null),
      read(buffer): Promise<number> {
        return new Promise((resolve, reject) => {
          read(descriptor, buffer, 0, buffer.byteLength, null, (error, count) => {
            if (error) reject(error);
            else resolve(count);
          });
        });
      },
      [Symbol.dispose]: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Reads an open file to its end, and closes it then, or when it is left before. */
export async function* filePieces(file: OpenFile): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  using opened = file;
  while (true) {
    // A new buffer each time: the reader may keep what it gets.
    const piece = new Uint8Array(PIECE_SIZE);
    const count = await opened.read(piece);
    if (count === 0) return;
    yield piece.subarray(0, count);
  }
}

const PIECE_SIZE = 256 * 1024;

function open(path: string): number {
  try {
    return openSync(path, FLAGS);
  } catch (error) {
    // A socket cannot be opened at all.
    const info = statOf(path);
    if (info !== undefined && !info.isFile && !info.isDirectory) throw new TypeError(`it is ${fileKind(info)}`);
    throw denoError(error);
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

function identityOf({ dev, ino, size, mtime }: Stats): FileIdentity {
  return { dev, ino, size, mtime };
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

const ERRORS: ReadonlyMap<unknown, new (message: string, options: ErrorOptions) => Error> = new Map([
  ["ENOENT", Deno.errors.NotFound],
  ["EACCES", Deno.errors.PermissionDenied],
  ["EPERM", Deno.errors.PermissionDenied],
  ["ELOOP", Deno.errors.FilesystemLoop],
  ["ENOTDIR", Deno.errors.NotADirectory],
]);

/** Node's errors have other classes, and other words around what the system said: `EACCES: permission denied, open '…'`. */
function denoError(cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  const said = /^[A-Z0-9]+: (.+?), open\b/s.exec(cause.message)?.[1] ?? cause.message;
  return new (ERRORS.get(cause.code) ?? Error)(said, { cause });
}
