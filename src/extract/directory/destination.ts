import { basename, dirname, resolve } from "node:path";
import { type HeldTree, holdTree } from "../../system/held_tree.ts";
import { ioError } from "../../system/io_error.ts";

/** Where a tree shall be: a directory, or a place where there is nothing yet. What is above it is held. */
export interface DestinationDirectory extends Disposable {
  /** Its path: what messages call it. */
  readonly path: string;
  /**
   * Where a staging directory may stand, the best place first: beside the destination, so that the tree can be moved in
   * one step, or else inside, because the destination is a mount point or nobody may write beside it.
   */
  readonly workplaces: readonly string[];
  /**
   * The directory, if there is one by now.
   *
   * @throws {Error} When something else is there.
   */
  find(): HeldTree | undefined;
  /** Makes the directories above it. Leads to the place where the tree shall be. */
  place(): string;
}

/**
 * Holds the directory at a path, or the nearest one above it. A link at the path itself is the user's own, and
 * followed.
 *
 * @param descriptors Where descriptors are found by their number.
 * @throws {Error} When something else is there.
 */
export async function holdDestination(path: string, descriptors: string | undefined): Promise<DestinationDirectory> {
  const found = await lookAt(path);
  if (found !== undefined && !found.isDirectory) {
    throw new Error(`Cannot extract to ${JSON.stringify(path)}: it is not a directory`);
  }
  if (found === undefined && await isLink(path)) {
    throw new Error(`Cannot extract to ${JSON.stringify(path)}: it is a link that leads nowhere`);
  }
  // A link is gone through, because the disk of its target counts.
  const [nearest, missing] = found === undefined ? await nearestDirectory(path) : [await Deno.realPath(path), []];
  const held = hold(nearest, descriptors);
  const within = (count: number): string => missing.slice(0, count).join("/");
  return {
    path,
    workplaces: found === undefined ? [nearest] : await workplacesBeside(nearest, found),
    find(): HeldTree | undefined {
      for (let count = 1; count <= missing.length; count++) {
        const there = said(path, () => lookAtOwn(held.at(within(count))));
        if (there === undefined) return undefined;
        if (!there.isDirectory) throw new Error(`Cannot extract to ${JSON.stringify(path)}: it is not a directory`);
      }
      return below(held, within(missing.length));
    },
    place(): string {
      for (let count = 1; count < missing.length; count++) {
        const directory = held.at(within(count));
        if (lookAtOwn(directory) === undefined) Deno.mkdirSync(directory);
      }
      return held.at(within(missing.length));
    },
    [Symbol.dispose]: () => held[Symbol.dispose](),
  };
}

function hold(directory: string, descriptors: string | undefined): HeldTree {
  return said(directory, () => holdTree(directory, { descriptors }));
}

function below(held: HeldTree, base: string): HeldTree {
  const within = (path: string): string => base === "" || path === "" ? `${base}${path}` : `${base}/${path}`;
  return {
    ...held,
    at: (path) => held.at(within(path)),
    device: (path) => held.device(within(path)),
    forget: (path) => held.forget(within(path)),
  };
}

/** What is beside a directory is nobody's business there; but it may be on another disk. */
async function workplacesBeside(directory: string, { dev }: Deno.FileInfo): Promise<readonly string[]> {
  const above = dirname(directory);
  const beside = await lookAt(above);
  return above !== directory && beside?.dev === dev ? [above, directory] : [directory];
}

async function nearestDirectory(path: string): Promise<readonly [directory: string, missing: readonly string[]]> {
  const missing: string[] = [];
  for (let at = resolve(path);;) {
    const found = await lookAt(at);
    if (found?.isDirectory) return [at, missing];
    if (found !== undefined || dirname(at) === at) {
      throw new Error(`Cannot extract below ${JSON.stringify(at)}: it is not a directory`);
    }
    missing.unshift(basename(at));
    at = dirname(at);
  }
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("use", path, cause);
  }
}

function lookAtOwn(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch {
    // There is nothing at all.
    return false;
  }
}

function said<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw ioError("use", path, cause);
  }
}
