/**
 * Temporary directories that do not outlive their use by long: whoever is killed cannot clean up, so the next run does.
 *
 * The owner of a directory listens on a socket in it for as long as it lives, which no process can forget to end. Where
 * nobody answers on the socket, nobody is left who needs the directory. A process id would not say so: it may be that
 * of another container, or be used again.
 */
import { dirname, join } from "node:path";
import { digestHex, digestOf } from "../oci/digest.ts";
import { leavingSomething } from "./leftovers.ts";

/** A directory that only its user can read, until it is removed. */
export interface TemporaryDirectory {
  readonly path: string;
  /**
   * Removes it and what is in it. May be called again.
   *
   * @throws What the system says, but for a directory that is gone already.
   */
  remove(): Promise<void>;
}

/** What a temporary directory is for. */
export interface TemporaryDirectoryOptions {
  /** What its name begins with. */
  readonly prefix: "gantry-" | "gantry-exec-" | "gantry-fixture-";
  /** Where it is made; the system's own place when left out. */
  readonly parent?: string | undefined;
}

/**
 * Makes a temporary directory. It is removed when the process ends by itself, and by the next run when it was killed.
 *
 * @throws What the system says.
 */
export async function makeTemporaryDirectory(
  { prefix, parent }: TemporaryDirectoryOptions,
): Promise<TemporaryDirectory> {
  leavingSomething();
  const path = await Deno.makeTempDir({ prefix, ...(parent === undefined ? {} : { dir: parent }) });
  const owner = await markAsOwned(path);
  await collectDead(dirname(path));
  // gantry may be ended at once, as by a second Ctrl-C.
  const removeNow = (): void => {
    try {
      Deno.removeSync(path, { recursive: true });
    } catch {
      // There is nobody left to tell.
    }
  };
  globalThis.addEventListener("unload", removeNow);
  let removed: Promise<void> | undefined;

  async function remove(): Promise<void> {
    globalThis.removeEventListener("unload", removeNow);
    try {
      await Deno.remove(path, { recursive: true });
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    } finally {
      // Last of all: a directory that nobody owns is one that others remove.
      owner?.close();
    }
  }
  return { path, remove: () => removed ??= remove() };
}

/**
 * Listens on a socket in a directory. Where that cannot be, as under a path that is too long for one, the directory is
 * never collected.
 */
async function markAsOwned(directory: string): Promise<Deno.Listener | undefined> {
  const mark = markIn(directory);
  if (mark === undefined) return undefined;
  try {
    const unready = join(directory, ".new");
    const listener = Deno.listen({ transport: "unix", path: unready });
    listener.unref();
    // A socket has its name for a moment before anybody listens.
    await Deno.rename(unready, mark);
    return listener;
  } catch {
    return undefined;
  }
}

/**
 * Where the owner of a directory listens, if it is on this machine: others cannot reach it, and a file system in the
 * network may be shared by several. `undefined` where that cannot be known.
 */
function markIn(directory: string): string | undefined {
  // Who uses gantry as a library need not be asked for a permission because of this.
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  if (state !== "granted" || Deno.build.os === "windows") return undefined;
  const machine = digestHex(digestOf(new TextEncoder().encode(Deno.hostname())));
  return join(directory, `.owner-${machine.slice(0, 8)}`);
}

/** Directories that were looked through already. */
const collected = new Set<string>();

/** Removes the temporary directories of processes that are gone. Never fails. */
async function collectDead(parent: string): Promise<void> {
  if (collected.has(parent)) return;
  collected.add(parent);
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) {
      const path = join(parent, name);
      if (!isDirectory || !/^gantry-(?:exec-|fixture-)?[0-9a-zA-Z]+$/.test(name)) continue;
      if (await isDead(path)) await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  } catch {
    // What stays does no harm, and the next run tries again.
  }
}

async function isDead(directory: string): Promise<boolean> {
  try {
    // Where others may write as well, they may have made one that looks like ours.
    if ((await Deno.lstat(directory)).uid !== Deno.uid()) return false;
    const mark = markIn(directory);
    if (mark === undefined || !(await Deno.lstat(mark)).isSocket) return false;
    (await Deno.connect({ transport: "unix", path: mark })).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused;
  }
}
