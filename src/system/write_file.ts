import { dirname, join } from "node:path";
import { ioError } from "./io_error.ts";
import { leavingSomething } from "./leftovers.ts";
import { isUnsupported } from "./unsupported.ts";

/**
 * Writes a file so that under its name stands the old content or the new one, whatever happens on the way.
 *
 * The bytes go to a temporary name in the same directory, are synced, and only then get their name. When anything
 * fails, an error of `bytes` included, the temporary file is removed and the name is left as it was. What a killed
 * process leaves behind has a name of {@linkcode isTemporaryName}; nobody reads it.
 *
 * @param path Where the file shall stand. Its mode is 0644, less the umask.
 * @param bytes What it shall hold. Errors are passed on as they are.
 * @throws {Error} Names the path and what the system said.
 */
export async function writeFile(path: string, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const temporary = temporaryPath(path);
  await writeNewFile(temporary, bytes, path);
  await moveOver(temporary, path);
}

/**
 * Makes sure that {@linkcode writeFile} can write a file there, as far as that can be known before. Changes nothing.
 *
 * @throws {Error} Names the path and what the system said.
 */
export async function checkWritable(path: string): Promise<void> {
  const isDirectory = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  if (isDirectory) throw new Error(`Cannot write ${JSON.stringify(path)}: it is a directory`);
  const temporary = temporaryPath(path);
  await writeNewFile(temporary, [], path);
  await Deno.remove(temporary);
}

/**
 * Writes a file unless there is one of that name, in the same safe way as {@linkcode writeFile}.
 *
 * @returns Whether it was written.
 */
export async function createFile(path: string, bytes: Iterable<Uint8Array>): Promise<boolean> {
  const temporary = temporaryPath(path);
  await writeNewFile(temporary, bytes, path);
  return await moveToNew(temporary, path);
}

/** Gives a temporary file its name, whatever has it now; removes the file when that fails. */
export async function moveOver(temporary: string, path: string): Promise<void> {
  try {
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw ioError("write", path, cause);
  }
  await syncDirectory(dirname(path));
}

/**
 * Gives a temporary file its name unless that is taken, in one step even between processes. The temporary name is gone
 * afterwards in either case.
 *
 * @returns Whether the name was free.
 */
export async function moveToNew(temporary: string, path: string): Promise<boolean> {
  try {
    // A rename would replace what another process has put there a moment ago. A link does not.
    await Deno.link(temporary, path);
  } catch {
    // A file system without hard links, such as that of a memory stick, leaves a moment between the look and the
    // rename.
    if (await Deno.lstat(path).then(() => true, () => false)) return false;
    await Deno.rename(temporary, path).catch((cause) => {
      throw ioError("write", path, cause);
    });
  } finally {
    await Deno.remove(temporary).catch(() => {});
  }
  await syncDirectory(dirname(path));
  return true;
}

/**
 * Writes and syncs a file that does not exist yet; removes it when anything fails.
 *
 * @param shown The path that errors name, when it is not the file's own.
 */
export async function writeNewFile(
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  shown: string = path,
): Promise<void> {
  const said = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause) => {
      throw ioError("write", shown, cause);
    });
  leavingSomething();
  const file = await said(Deno.open(path, { write: true, createNew: true, mode: 0o644 }));
  try {
    try {
      for await (const piece of bytes) await said(writeAll(file, piece));
      await said(file.sync());
    } finally {
      file.close();
    }
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

/** Writes all of some bytes: a single write may take only a part of them. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await file.write(bytes.subarray(at));
}

/** Tells whether a file name is one of those under which a file is written before it gets its own. */
export function isTemporaryName(name: string): boolean {
  return /^\.gantry-.*\.tmp$/.test(name);
}

/** A name beside a path under which a file is written before it gets that; no other process uses it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.gantry-${Deno.pid}-${crypto.randomUUID()}.tmp`);
}

/**
 * Makes sure that the names in a directory survive a power loss, where the system can do that.
 *
 * @returns Whether it could: shared folders of virtual machines, CIFS and some network drives cannot.
 */
export async function syncDirectory(path: string): Promise<boolean> {
  // Windows opens no directories, and keeps its names safe by itself.
  if (Deno.build.os === "windows") return true;
  try {
    using directory = await Deno.open(path);
    await directory.sync();
    return true;
  } catch (cause) {
    if (isUnsupported(cause, "sync")) return false;
    throw ioError("sync", path, cause);
  }
}
