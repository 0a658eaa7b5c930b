import fs from "node:fs";
import { join } from "node:path";
import { ioError } from "./io_error.ts";
import { makeTemporaryDirectory } from "./temporary_directory.ts";

/**
 * A directory that is reached by what it is, and not by its name.
 *
 * Whoever may write to a directory that is on the way can put another one, or a link, in its place while gantry works,
 * and what was to be written here would be written there. So a directory on the way is opened once, must be no link,
 * and is gone through by its descriptor from then on. Only Linux gives a path to a descriptor. Elsewhere every
 * directory on the way is looked at again immediately before it is used, which leaves a moment.
 */
export interface HeldTree extends Disposable {
  /**
   * Leads to something in the tree; the path is good until the next call.
   *
   * @param path Names separated by `/`; empty for the directory itself.
   * @throws {Error} When a directory on the way is a link, or is another one than before: the second half of a
   *   sentence.
   */
  at(path: string): string;
  /** Tells on which disk a directory in the tree is. */
  device(path: string): number;
  /** Lets a directory go that we have removed ourselves, so that another one may take its place. */
  forget(path: string): void;
}

/** How to hold a directory. */
export interface HoldOptions {
  /** Where descriptors are found by their number; see {@linkcode openDescriptors}. */
  readonly descriptors: string | undefined;
  /** The directory that must be at the path; whatever is there when left out. */
  readonly expected?: Identity;
}

/** What makes a file or a directory this one and no other, as long as it is there. */
export interface Identity {
  readonly dev: number;
  readonly ino: number | null;
}

/**
 * Holds a directory until it is disposed.
 *
 * @param directory Its path. Links on the way to it are followed this once.
 * @throws {Error} When it cannot be opened.
 */
export function holdTree(directory: string, { descriptors, expected }: HoldOptions): HeldTree {
  const seen = new Map<string, Identity>();
  if (expected !== undefined) seen.set("", expected);
  const levels: Level[] = [enter({ name: "", path: directory, within: "" }, Deno.statSync)];

  /** Opens the directories on a way, and closes those that are not on it. */
  function go(way: readonly string[]): Level {
    const common = levels.findIndex((_, at) => levels[at + 1]?.name !== way[at] || at === way.length);
    closeFrom(common + 1);
    for (let at = common; at < way.length; at++) {
      const name = way[at] ?? "";
      const path = join(last(levels).path, name);
      levels.push(enter({ name, path, within: way.slice(0, at + 1).join("/") }, Deno.lstatSync));
    }
    if (descriptors === undefined) {
      for (const { path, within } of levels.slice(1)) {
        check(within, Deno.lstatSync(path));
      }
    }
    return last(levels);
  }

  function closeFrom(depth: number): void {
    for (const { close } of levels.splice(depth)) close();
  }

  function enter({ name, path, within }: Omit<Level, "close">, look: (path: string) => Deno.FileInfo): Level {
    const found = look(path);
    check(within, found);
    if (descriptors === undefined) return { name, path, within, close: (): void => {} };
    const opened = openDirectory(path);
    try {
      check(within, opened.info);
      return { name, within, ...findPath(descriptors, opened) };
    } catch (cause) {
      opened.close();
      throw cause;
    }
  }

  /** What is at a path must be a directory, and the one that was there before. */
  function check(within: string, { isDirectory, dev, ino }: Identity & { readonly isDirectory: boolean }): void {
    const before = seen.get(within) ?? { dev, ino };
    if (!isDirectory || !isSameInode(before, { dev, ino })) {
      throw new Error(`${within === "" ? "it" : JSON.stringify(within)} is no longer the directory that it was`);
    }
    seen.set(within, before);
  }

  return {
    at(path): string {
      const way = path === "" ? [] : path.split("/");
      const name = way.pop();
      const { path: parent } = go(way);
      return name === undefined ? parent : join(parent, name);
    },
    device: (path) => Deno.statSync(go(path === "" ? [] : path.split("/")).path).dev,
    forget(path): void {
      seen.delete(path);
      const depth = levels.findIndex(({ within }) => within === path);
      if (depth > 0) closeFrom(depth);
    },
    [Symbol.dispose]: () => closeFrom(0),
  };
}

/** Tells whether two looks have seen the same thing. */
export function isSameInode(a: Identity, b: Identity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** A directory on the way that is open. */
interface Level {
  readonly name: string;
  /** Leads to the directory itself. */
  readonly path: string;
  /** Its path in the tree. */
  readonly within: string;
  readonly close: () => void;
}

function last(levels: readonly Level[]): Level {
  const level = levels.at(-1);
  if (level === undefined) throw new Error("it is held no more");
  return level;
}

/** Where the descriptors of this process can be gone through by their numbers. */
export interface Descriptors extends AsyncDisposable {
  /** A directory; `undefined` where the system has none. */
  readonly path: string | undefined;
}

/**
 * Finds the directory of descriptors.
 *
 * With permissions for all of the disk and nothing else, Deno lets nobody name `/proc`; then a link of our own leads
 * there, in a directory that nobody else can write to.
 */
export async function openDescriptors(): Promise<Descriptors> {
  const directory = Deno.build.os === "linux"
    ? await makeTemporaryDirectory({ prefix: "gantry-" }).catch(() => undefined)
    : undefined;
  if (directory === undefined) return { path: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const link = join(directory.path, "fd");
  await Deno.symlink(DESCRIPTORS, link).catch(() => {});
  return {
    path: [DESCRIPTORS, link].find((path) => canUse(path, directory.path)),
    async [Symbol.asyncDispose](): Promise<void> {
      await directory.remove().catch((cause) => {
        throw ioError("remove", directory.path, cause);
      });
    },
  };
}

const DESCRIPTORS = "/proc/self/fd";

/** Tries it out: it depends on the system, the permissions and the version of Deno. */
function canUse(descriptors: string, directory: string): boolean {
  const opened = openDirectory(directory);
  try {
    Deno.mkdirSync(join(directory, "own"), { recursive: true });
    openDirectory(join(findPath(descriptors, opened).path, "own")).close();
    return true;
  } catch {
    return false;
  } finally {
    opened.close();
  }
}

/** A directory that is open. */
interface OpenDirectory {
  /** The number of its descriptor, if it is known. */
  readonly descriptor?: number;
  readonly info: Identity & { readonly isDirectory: boolean };
  readonly close: () => void;
}

/** Opens a directory and nothing else: opening a pipe would wait. */
function openDirectory(path: string): OpenDirectory {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    // Deno 2.6 looks through our own link here, and there alone.
    const file = Deno.openSync(path);
    return { info: file.statSync(), close: () => file.close() };
  }
  const stats = fs.fstatSync(descriptor);
  return {
    descriptor,
    info: { isDirectory: stats.isDirectory(), dev: stats.dev, ino: stats.ino },
    close: () => fs.closeSync(descriptor),
  };
}

/** A path that leads to what is open, and how it is closed. */
function findPath(descriptors: string, opened: OpenDirectory): Pick<Level, "path" | "close"> {
  const number = findNumber(descriptors, opened);
  return {
    path: join(descriptors, String(number)),
    close(): void {
      opened.close();
      closed.add(number);
    },
  };
}

/** Numbers of directories that were closed. The system gives the lowest that is free, so they come back first. */
const closed = new Set<number>();
/** The number that was found last. */
let latest = 0;
/** Whether Deno calls what is open by other numbers than the system does, as Deno 2.6 does; not known at first. */
let isRenumbered = false;

/**
 * Finds the number by which the system knows what is open. Where it is not the one that Deno gives, it is looked for:
 * first where it must be if nobody else has opened anything meanwhile.
 */
function findNumber(descriptors: string, { descriptor, info: own }: OpenDirectory): number {
  for (const number of candidates(isRenumbered ? undefined : descriptor, descriptors)) {
    const there = lookAt(join(descriptors, String(number)));
    // What is there now is no longer what was closed.
    if (there !== undefined) closed.delete(number);
    if (there === undefined || !isSameInode(there, own)) continue;
    isRenumbered = number !== descriptor;
    latest = number;
    return number;
  }
  throw new Error("its descriptor cannot be found");
}

function* candidates(descriptor: number | undefined, descriptors: string): Generator<number, void, void> {
  if (descriptor !== undefined) yield descriptor;
  yield* [...closed].sort((one, other) => one - other);
  yield latest + 1;
  // Only read when it comes to that.
  for (const { name } of Deno.readDirSync(descriptors)) yield Number(name);
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
