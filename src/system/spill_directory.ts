import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ioError } from "./io_error.ts";
import { ScratchError } from "./scratch_error.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "./temporary_directory.ts";

/** A directory of temporary files that is made with the first file. */
export interface SpillDirectory {
  /**
   * Starts a new file that only its owner can read.
   *
   * @throws {ScratchError} Names the place, and the reason that the system gives.
   * @throws {Error} When the directory was removed.
   */
  create(): Promise<SpillFile>;
  /** Removes everything. No file can be created afterwards. */
  remove(): Promise<void>;
}

/** A file that is written once and read as often as needed. */
export interface SpillFile {
  /**
   * Appends bytes, and keeps everybody else waiting.
   *
   * @throws {ScratchError} Names the directory in which the temporary directory is, and the reason that the system
   *   gives.
   */
  write(bytes: Uint8Array): void;
  /** Ends the writing; may be called again. */
  close(): void;
  /** Ends the writing and gives the space back. */
  discard(): Promise<void>;
  /**
   * Gives the written file a second name, or copies it where names cannot be given.
   *
   * @throws What the system says.
   */
  copyTo(path: string): Promise<void>;
  /**
   * Reads the written file from its start. The file is open from the first read to the end or until it is cancelled.
   */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How much of a file is read at once: pieces wait for the garbage collector in the hands of whoever sends them. */
const PIECE_SIZE = 64 * 1024;

/**
 * Prepares a directory for temporary files; nothing is made yet.
 *
 * @param parent Where to make it; the system's own place for temporary files when left out.
 */
export function createSpillDirectory(parent: string | undefined): SpillDirectory {
  let made: Promise<TemporaryDirectory> | undefined;
  let removed: Promise<void> | undefined;
  let count = 0;
  // Files that are being created: what stands in a directory while it is removed makes the removal fail.
  const creating = new Set<Promise<SpillFile>>();

  async function createFile(): Promise<SpillFile> {
    const { path } = await (made ??= makeDirectory(parent));
    return await createSpillFile(join(path, String(count++)), dirname(path));
  }

  async function removeAll(): Promise<void> {
    await Promise.allSettled(creating);
    const directory = await made?.catch(() => undefined);
    if (directory === undefined) return;
    await directory.remove().catch((cause) => {
      throw ioError("remove", directory.path, cause);
    });
  }

  return {
    async create(): Promise<SpillFile> {
      if (removed !== undefined) throw new Error("Cannot keep bytes: the temporary files are removed already");
      const file = createFile();
      creating.add(file);
      return await file.finally(() => creating.delete(file));
    },
    remove: () => removed ??= removeAll(),
  };
}

function makeDirectory(parent: string | undefined): Promise<TemporaryDirectory> {
  return makeTemporaryDirectory({ prefix: "gantry-", parent }).catch((cause) => {
    throw noRoom("make a temporary directory in", parent ?? tmpdir(), cause);
  });
}

async function createSpillFile(path: string, parent: string): Promise<SpillFile> {
  const failed = (cause: unknown): never => {
    throw noRoom("write to", parent, cause);
  };
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 }).catch(failed);
  let closed = false;
  function close(): void {
    if (!closed) file.close();
    closed = true;
  }
  return {
    write(bytes: Uint8Array): void {
      try {
        // Not by other threads: on a busy machine there would be one for each of many pieces, with memory of its own.
        for (let at = 0; at < bytes.byteLength;) at += file.writeSync(bytes.subarray(at));
      } catch (cause) {
        failed(cause);
      }
    },
    close,
    async discard(): Promise<void> {
      close();
      await Deno.remove(path).catch(() => {}); // What cannot be removed now goes with the directory.
    },
    copyTo: (copy) => Deno.link(path, copy).catch(() => Deno.copyFile(path, copy)),
    open: () => ReadableStream.from(read(path)),
  };
}

function noRoom(action: string, place: string, cause: unknown): ScratchError {
  return new ScratchError(ioError(action, place, cause).message, { cause });
}

async function* read(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const failed = (cause: unknown): never => {
    throw ioError("read", path, cause);
  };
  using file = await Deno.open(path).catch(failed);
  while (true) {
    const piece = new Uint8Array(PIECE_SIZE);
    const length = await file.read(piece).catch(failed);
    if (length === null) return;
    yield piece.subarray(0, length);
  }
}
