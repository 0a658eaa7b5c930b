import { ioError } from "./io_error.ts";
import { isSameFile } from "./same_file.ts";

/**
 * Does something while no other process, and nothing else in this one, does something under the same lock.
 *
 * The lock is the operating system's own, so it is gone as soon as its process is. The file must be one that is never
 * replaced by another of the same name; it may be removed by whoever holds the lock.
 *
 * @param path The file to lock.
 * @param work What to do.
 * @throws {Error} When the file cannot be opened for writing. When `signal` is aborted while waiting, its reason.
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    // Open for writing even where nothing is written: a network file system gives no exclusive lock otherwise.
    using file = await Deno.open(path, { read: true, write: true }).catch((cause) => {
      throw ioError("open", path, cause);
    });
    await lock(file, signal);
    // Closing the file releases the lock. What was removed while waiting is not what others will lock: look again.
    if (await isSameFile(path, await file.stat())) return await work();
  }
}

/**
 * Waits for the lock of an open file. It is released when the file is closed.
 *
 * @throws What `signal` is aborted with.
 */
export async function lock(file: Deno.FsFile, signal: AbortSignal | undefined): Promise<void> {
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
