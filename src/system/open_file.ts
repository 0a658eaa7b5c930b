/**
 * Files that others have put there are opened without waiting: a pipe in the place of a file would keep gantry for ever,
 * and a device would give bytes without end.
 */
import { closeSync, constants, fstatSync, openSync, read, type Stats, statSync } from "node:fs";
import { ioError } from "./io_error.ts";

/** A file that is open for reading. */
export interface OpenFile extends Disposable {
  /** How many bytes it has. */
  readonly size: number;
  /** Permission bits, where the system knows such. */
  readonly mode: number | undefined;
  /** What changes whenever another file or another content stands under the name; compared with {@linkcode stampOf}. */
  readonly stamp: string;
  /** Reads from a position on, until so many bytes came or the file ends. */
  read(offset?: number, size?: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
}

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
  // Windows has neither flag, and no pipes among its files.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (followLinks ? 0 : constants.O_NOFOLLOW ?? 0);
  const descriptor = orNothing(() => openSync(path, flags));
  if (descriptor === undefined) return undefined;
  const close = (): void => closeSync(descriptor);
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) {
    close();
    throw new NotAFileError(
      stats.isDirectory() ? "a directory" : stats.isFIFO() ? "a pipe" : "a device or a socket",
    );
  }
  return {
    size: stats.size,
    mode: Deno.build.os === "windows" ? undefined : stats.mode & 0o777,
    stamp: stampIn(stats),
    async *read(offset = 0, size = Infinity): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
      for (let done = 0; done < size;) {
        // A new buffer each time: the reader may keep what it gets.
        const piece = new Uint8Array(Math.min(PIECE_SIZE, size - done));
        const count = await readAt(descriptor, piece, offset + done);
        if (count === 0) return;
        done += count;
        yield piece.subarray(0, count);
      }
    },
    [Symbol.dispose]: close,
  };
}

/**
 * What changes whenever another file or another content stands under a path; `undefined` when there is nothing.
 *
 * @throws {Error} Names the path and what the system said.
 */
export function stampOf(path: string): string | undefined {
  try {
    const stats = orNothing(() => statSync(path));
    return stats && stampIn(stats);
  } catch (cause) {
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

function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    // FreeBSD says EMLINK.
    if (code === "ELOOP" || code === "EMLINK") throw new NotAFileError("a symbolic link", { cause });
    throw cause;
  }
}
