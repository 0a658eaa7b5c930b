/**
 * A lock for file systems that have none: a file that can be made only once.
 *
 * It is as safe as can be had there, and not as safe as a lock of the system: a process that is killed leaves it
 * behind, and whoever sleeps for longer than {@linkcode DEAD_AFTER} loses it.
 */
import { basename, dirname, join } from "node:path";
import { fileSystemTime } from "./file_system_time.ts";
import { ioError } from "./io_error.ts";
import { writeAll } from "./write_file.ts";

/** How long nobody has touched the file when whoever made it is dead, in milliseconds. */
export const DEAD_AFTER = 60_000;
/** How often whoever holds it touches it, in milliseconds. */
const TOUCH_EVERY = 5_000;
/** How long to wait before the next look, in milliseconds. */
const LOOK_EVERY = 50;

/**
 * Makes the file beside a path, and waits as long as another process has it.
 *
 * @returns Removes it when it is disposed.
 * @throws {Error} When it cannot be made; what `signal` is aborted with.
 */
export async function exclusiveFile(path: string, signal: AbortSignal | undefined): Promise<Disposable> {
  const file = exclusivePath(path);
  const owner = crypto.randomUUID();
  while (!await make(file, owner)) {
    signal?.throwIfAborted();
    if (!await removeDead(file)) await pause(signal);
  }
  const timer = setInterval(() => void touch(file, owner), TOUCH_EVERY);
  Deno.unrefTimer(timer);
  return {
    [Symbol.dispose](): void {
      clearInterval(timer);
      if (ownerOf(file) === owner) Deno.removeSync(file);
    },
  };
}

/** Where the file stands that locks a path; it counts as a temporary file. */
export function exclusivePath(path: string): string {
  return join(dirname(path), `.gantry-lock-${basename(path)}.tmp`);
}

async function make(file: string, owner: string): Promise<boolean> {
  try {
    using made = await Deno.open(file, { write: true, createNew: true });
    await writeAll(made, new TextEncoder().encode(owner));
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return false;
    throw ioError("lock", file, cause);
  }
}

/** Removes the file of a dead process. Tells whether it is worth to try again at once. */
async function removeDead(file: string): Promise<boolean> {
  const found = await Deno.lstat(file).catch(() => undefined);
  if (found === undefined) return true;
  const owner = ownerOf(file);
  if (await fileSystemTime(dirname(file)) - (found.mtime?.getTime() ?? 0) < DEAD_AFTER) return false;
  // Another process may have been faster, and have a new one there: it is looked at under a name that nobody else has.
  const taken = `${file.slice(0, -".tmp".length)}-${crypto.randomUUID()}.tmp`;
  await Deno.rename(file, taken).catch(() => {});
  const isSame = ownerOf(taken) === owner;
  if (!isSame) await Deno.link(taken, file).catch(() => {});
  await Deno.remove(taken).catch(() => {});
  return isSame;
}

function ownerOf(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}

/** Gives the file a new time, by the clock of the file system. */
async function touch(path: string, owner: string): Promise<void> {
  if (ownerOf(path) !== owner) return;
  try {
    using file = await Deno.open(path, { write: true });
    await writeAll(file, new TextEncoder().encode(owner));
  } catch {
    // What cannot be touched now may be touched the next time.
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOK_EVERY);
  const stop = (): void => resolve();
  signal?.addEventListener("abort", stop);
  await promise;
  signal?.removeEventListener("abort", stop);
  clearTimeout(timer);
  signal?.throwIfAborted();
}
