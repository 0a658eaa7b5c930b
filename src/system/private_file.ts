import { dirname, join, resolve } from "node:path";
import { readSmallText } from "./read_small_file.ts";
import { messageOf } from "../work/message_of.ts";

/**
 * Changes a file that only its owner can read, whole or not at all: a crash leaves the old text or the new one, and of
 * two changes at once the second one sees what the first one wrote.
 *
 * Directories on the way are made. A symbolic link stays, and what it points to is written. The file has the mode 0600
 * afterwards, and keeps its owner where that is possible. What would change nothing is not written, so the file may be
 * one that cannot be. A file that cannot be replaced, because it is mounted by itself or its directory is not ours, is
 * written in its place.
 *
 * @param change Makes the new text of the old one, which is `undefined` when there is no file. What it throws is passed
 *   on; when it returns `undefined`, nothing is written.
 * @throws {Error} When the file cannot be read or written.
 */
export async function changePrivateFile(
  path: string,
  change: (text: string | undefined) => string | undefined,
): Promise<void> {
  const target = await followLinks(path);
  const now = await readTextIfThere(path);
  const wanted = change(now);
  if (wanted === undefined || wanted === now) return;
  await said("write", path, Deno.mkdir(dirname(target), { recursive: true, mode: 0o700 }));
  await withLock(join(dirname(target), LOCK_NAME), path, async () => {
    const before = await readTextIfThere(path);
    const after = change(before);
    if (after !== undefined && after !== before) await said("write", path, replaceFile(target, after));
  });
}

/**
 * Reads a text file.
 *
 * @returns `undefined` when there is none.
 * @throws {Error} When it cannot be read.
 */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readSmallText(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    throw ioError("read", path, cause);
  }
}

const LOCK_NAME = ".gantry.lock";

/** `Deno.realPath` fails for a link whose file does not exist yet. */
async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < 40; links++) {
    const next = await Deno.readLink(target).catch(() => undefined);
    if (next === undefined) return target;
    target = resolve(dirname(target), next);
  }
  throw new Error(`Cannot write ${JSON.stringify(path)}: too many symbolic links`);
}

/** The lock has a file of its own, because the file itself is replaced by another one. Its last holder removes it. */
async function withLock(lock: string, path: string, work: () => Promise<void>): Promise<void> {
  while (true) {
    const opened = await openLock(lock, path);
    // In a directory that cannot be written nobody else keeps a lock either.
    if (opened === undefined) return await work();
    using file = opened;
    // A file system without locks leaves two logins at the same moment to chance.
    await file.lock(true).catch(() => {});
    // What the last holder removed while this one waited is not what the next one will lock.
    if (!await isAt(lock, await file.stat())) continue;
    try {
      return await work();
    } finally {
      await Deno.remove(lock).catch(() => {});
    }
  }
}

async function openLock(lock: string, path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(lock, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    if (isWriteRefused(error) && await isThere(path)) return undefined;
    throw ioError("write", path, error);
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/** `EACCES`, `EPERM` or `EROFS`: nothing new can be made there. */
function isWriteRefused(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || /\(os error (?:1|13|30)\)/.test(String(error));
}

/** `EBUSY` or `EXDEV`: the file is mounted by itself, as a container's configuration often is. */
function isMounted(error: unknown): boolean {
  return /\(os error (?:16|18)\)/.test(String(error));
}

async function isAt(path: string, { dev, ino }: Deno.FileInfo): Promise<boolean> {
  const found = await Deno.stat(path).catch(() => undefined);
  return found !== undefined && found.dev === dev && found.ino === ino;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
      await writeAll(file, new TextEncoder().encode(text));
      await file.sync();
    }
    await keepOwner(path, temporary);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    if (!isMounted(error) && !(isWriteRefused(error) && await isThere(path))) throw error;
    await overwriteFile(path, text);
  }
}

/** Writes a file in its place, and puts back what was there when that fails. */
async function overwriteFile(path: string, text: string): Promise<void> {
  const before = await Deno.readFile(path);
  using file = await Deno.open(path, { write: true });
  const write = async (bytes: Uint8Array): Promise<void> => {
    await file.seek(0, Deno.SeekMode.Start);
    await writeAll(file, bytes);
    await file.truncate(bytes.byteLength);
    await file.sync();
  };
  await Deno.chmod(path, 0o600).catch(() => {});
  try {
    await write(new TextEncoder().encode(text));
  } catch (error) {
    await write(before).catch(() => {});
    throw error;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await file.write(bytes.subarray(at));
}

/** Under sudo the file would be taken away from its owner. */
async function keepOwner(path: string, temporary: string): Promise<void> {
  const { uid, gid } = await Deno.stat(path).catch(() => ({ uid: null, gid: null }));
  if (uid !== null && gid !== null) await Deno.chown(temporary, uid, gid).catch(() => {});
}

async function said<T>(action: string, path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw ioError(action, path, cause);
  }
}

function ioError(action: string, path: string, cause: unknown): Error {
  const message = messageOf(cause);
  // What the system said, without what Deno puts around it.
  const [, system = message] = /^(.+?) \(os error \d+\)/.exec(message) ?? [];
  const reason = /^[A-Z][a-z]/.test(system) ? `${system.charAt(0).toLowerCase()}${system.slice(1)}` : system;
  return new Error(`Cannot ${action} ${JSON.stringify(path)}: ${reason}`, { cause });
}
