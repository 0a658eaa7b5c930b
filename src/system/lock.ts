import { ioError } from "./io_error.ts";
import { exclusiveFile } from "./exclusive_file.ts";
import { isSameFile } from "./same_file.ts";
import { isUnsupported } from "./unsupported.ts";

/** A lock that is held until it is disposed. */
export interface HeldLock extends Disposable {
  /** Whether the system has no locks there, so that a file stands in for one. */
  readonly isWeak: boolean;
  /** Tells whether what was locked still stands under its path. */
  isCurrent(): Promise<boolean>;
}

/** How a lock is taken. */
export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Beside which path a file stands in for the lock where the system has none; the path itself when left out, and none
   * at all with `false`, when that is held already.
   */
  readonly standIn?: string | false;
}

/**
 * Does something while no other process, and nothing else in this one, does something under the same lock.
 *
 * The lock is the operating system's own, so it is gone as soon as its process is. The file must be one that is never
 * replaced by another of the same name; it may be removed by whoever holds the lock.
 *
 * @param path The file to lock.
 * @param work What to do.
 * @throws {Error} When the file cannot be opened. When `signal` is aborted while waiting, its reason.
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: (held: HeldLock) => Promise<T>,
): Promise<T> {
  for (;;) {
    using held = await lockFile(path, { signal });
    // What was removed while waiting is not what others will lock: look again.
    if (await held.isCurrent()) return await work(held);
  }
}

/**
 * Waits for the lock of a file.
 *
 * Some file systems have no locks: NFS without its lock daemon, Lustre without `-o flock`, several of FUSE. There a
 * file beside it stands in, which can be made only once.
 *
 * @throws {Error} When the file cannot be opened; what `signal` is aborted with.
 */
export async function lockFile(path: string, { signal, standIn = path }: LockOptions = {}): Promise<HeldLock> {
  const file = await openForLock(path);
  try {
    await waitFor(file, signal);
    return {
      isWeak: false,
      isCurrent: async () => isSameFile(path, await file.stat()),
      // Closing the file releases the lock.
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    file.close();
    if (!isUnsupported(error, "lock")) throw error;
  }
  const held = standIn === false ? undefined : await exclusiveFile(standIn, signal);
  return {
    isWeak: true,
    isCurrent: () => Deno.stat(path).then(() => true, () => false),
    [Symbol.dispose]: () => held?.[Symbol.dispose](),
  };
}

/** The same; `undefined` when there is no such file any more. */
export async function lockIfThere(path: string, options: LockOptions): Promise<HeldLock | undefined> {
  try {
    return await lockFile(path, options);
  } catch (error) {
    if (error instanceof Error && error.cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Open for writing even where nothing is written: a network file system gives no exclusive lock otherwise. */
async function openForLock(path: string): Promise<Deno.FsFile> {
  const failed = (cause: unknown): never => {
    throw ioError("open", path, cause);
  };
  return await Deno.open(path, { read: true, write: true }).catch(async (cause) => {
    // Other tools leave files that nobody may write; a disk of this machine locks them all the same.
    if (cause instanceof Deno.errors.PermissionDenied) return await Deno.open(path).catch(failed);
    return failed(cause);
  });
}

async function waitFor(file: Deno.FsFile, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    await Promise.race([file.lock(true), aborted.promise]);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
