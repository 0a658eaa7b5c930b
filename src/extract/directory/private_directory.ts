import { join } from "node:path";
import { digestHex, digestOf } from "../../oci/digest.ts";
import { type Identity, isSameInode } from "../../system/held_tree.ts";
import { ioError } from "../../system/io_error.ts";
import { leavingSomething } from "../../system/leftovers.ts";

/** A directory that nobody else can look into. Disposing removes it with everything in it. */
export interface PrivateDirectory extends AsyncDisposable {
  readonly path: string;
  /** What it is. Who may write to its parent can put something else at its path. */
  readonly identity: Identity;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How many directories are made that another process takes for abandoned ones. Then it is one that nobody removes. */
const ATTEMPTS = 10;
/** The first thing in a directory, locked as long as its process lives. */
const LOCK_FILE = "lock";

/**
 * Makes a private directory, and removes those beside it whose process is no more.
 *
 * Only what a process of this machine has left is removed, which its name says: on the disk of a network nobody can
 * tell whether another machine still works.
 *
 * @param parent Where it shall stand.
 */
export async function makePrivateDirectory(parent: string): Promise<PrivateDirectory> {
  const machine = await thisMachine();
  const start = `.gantry-pull-${machine}-`;
  if (machine !== undefined) await removeAbandoned(parent, start);
  for (let attempt = 0; machine !== undefined && attempt < ATTEMPTS; attempt++) {
    const directory = await makeDirectory(join(parent, `${start}${crypto.randomUUID()}.tmp`));
    const lock = await holdLock(join(directory.path, LOCK_FILE));
    if (lock === undefined) continue;
    return {
      ...directory,
      async [Symbol.asyncDispose](): Promise<void> {
        // Held to the end, because nobody else shall remove it at the same time.
        using _ = lock;
        await directory[Symbol.asyncDispose]();
      },
    };
  }
  return await makeDirectory(join(parent, `.gantry-pull-${crypto.randomUUID()}.tmp`));
}

async function makeDirectory(path: string): Promise<PrivateDirectory> {
  leavingSomething();
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (cause) {
    throw ioError("write to", join(path, ".."), cause);
  }
  const identity = await Deno.lstat(path);
  return {
    path,
    identity,
    async [Symbol.asyncDispose](): Promise<void> {
      try {
        if (isSameInode(await Deno.lstat(path), identity)) await Deno.remove(path, { recursive: true });
      } catch (cause) {
        if (!(cause instanceof Deno.errors.NotFound)) throw ioError("remove", path, cause);
      }
    },
  };
}

/** @returns `undefined` when another process has taken the new directory for an abandoned one. */
async function holdLock(path: string): Promise<Deno.FsFile | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true, createNew: true, mode: 0o600 });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("write", path, cause);
  }
  // Where a file system has no locks nobody else gets one either.
  const isLocked = await tryLock(file).catch(() => true);
  if (isLocked && await Deno.lstat(path).then(() => true, () => false)) return file;
  file.close();
  return undefined;
}

async function removeAbandoned(parent: string, start: string): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) {
      if (!isDirectory || !name.startsWith(start) || !name.endsWith(".tmp")) continue;
      await removeIfAbandoned(join(parent, name)).catch(() => {});
    }
  } catch {
    // What cannot be listed can perhaps be written to.
  }
}

async function removeIfAbandoned(path: string): Promise<void> {
  // An empty one has no lock yet. Whoever has just made it makes another one.
  if (await Deno.remove(path).then(() => true, () => false)) return;
  using file = await openLock(join(path, LOCK_FILE));
  // One that holds anything and no lock is what a process was removing when it ended.
  if (file === undefined || await tryLock(file)) await Deno.remove(path, { recursive: true });
}

async function openLock(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { read: true, write: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

async function tryLock(file: Deno.FsFile): Promise<boolean> {
  return "tryLock" in file && typeof file.tryLock === "function" && await file.tryLock(true) === true;
}

/** Names the running system, and not only the host: two hosts of one name may share a disk. */
async function thisMachine(): Promise<string | undefined> {
  // Deno 2.6 cannot ask for a lock without waiting for it, so nothing is removed there.
  if (!("tryLock" in Deno.FsFile.prototype)) return undefined;
  try {
    const name = Deno.build.os === "linux"
      ? await Deno.readTextFile("/proc/sys/kernel/random/boot_id")
      : Deno.hostname();
    return digestHex(digestOf(new TextEncoder().encode(name))).slice(0, 12);
  } catch {
    return undefined;
  }
}
