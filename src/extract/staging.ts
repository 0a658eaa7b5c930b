import { dirname, join } from "node:path";
import { ioError } from "../system/io_error.ts";
import { makePrivateDirectory, type PrivateDirectory } from "./private_directory.ts";

/** Takes in the files of a tree; it decides nothing about their paths, which were checked before. */
export interface TreeWriter {
  /** Makes a directory; its parent is there. */
  directory(parts: readonly string[]): void;
  /** Starts a file that does not exist; its parent is there. */
  file(parts: readonly string[], options: { readonly executable: boolean }): StagedFile;
  /** Copies a file that stands in the tree to a new place. It may be large, so the signal stops it. */
  copy(
    from: readonly string[],
    to: readonly string[],
    options: { readonly executable: boolean; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Removes a file or an empty directory. */
  remove(parts: readonly string[]): void;
}

/**
 * A directory of our own, in which a tree stands until all of it was checked. Nobody else can look into it.
 *
 * Nothing in it is a link before {@linkcode Staging.link} is called, and every file is new: whatever a path says, bytes
 * end up below the directory.
 */
export interface Staging extends TreeWriter, AsyncDisposable {
  /** Where the tree stands. */
  readonly tree: string;
  /** Makes a symbolic link. From then on nothing else may be made. */
  link(parts: readonly string[], target: string, options: { readonly directory: boolean }): void;
}

/** A file that is being written. */
export interface StagedFile extends Disposable {
  write(bytes: Uint8Array): Promise<void>;
}

/** Pieces up to this size are written at once, which is much faster for many small files. */
const AT_ONCE_LIMIT = 64 * 1024;

/**
 * Makes a staging directory.
 *
 * It stands beside the destination, so that the tree can be moved there in one step. Where that cannot be, because the
 * destination is a mount point or nobody may write beside it, it stands inside.
 *
 * @param destination Where the tree shall go: a directory, or nothing yet.
 * @throws {Error} When the destination is something else, or there is no place to write.
 */
export async function createStaging(destination: string): Promise<Staging> {
  const directory = await makeDirectory(destination);
  const tree = join(directory.path, "tree");
  try {
    await Deno.mkdir(tree, { mode: 0o755 });
  } catch (cause) {
    await directory[Symbol.asyncDispose]().catch(() => {});
    throw ioError("create", tree, cause);
  }
  const at = (parts: readonly string[]): string => {
    checkParents(tree, parts);
    return join(tree, ...parts);
  };
  return {
    tree,
    directory(parts): void {
      said("create", parts, () => Deno.mkdirSync(at(parts), { mode: 0o755 }));
    },
    file(parts, { executable }): StagedFile {
      const file = said("create", parts, () => openNew(at(parts), executable));
      return {
        async write(bytes): Promise<void> {
          try {
            for (let done = 0; done < bytes.byteLength;) {
              const rest = bytes.subarray(done);
              done += rest.byteLength <= AT_ONCE_LIMIT ? file.writeSync(rest) : await file.write(rest);
            }
          } catch (cause) {
            throw ioError("write", parts.join("/"), cause);
          }
        },
        [Symbol.dispose]: () => file.close(),
      };
    },
    copy(from, to, { executable }): void {
      said("create", to, () => {
        using source = Deno.openSync(at(from));
        using target = openNew(at(to), executable);
        const piece = new Uint8Array(AT_ONCE_LIMIT);
        for (let count = source.readSync(piece); count !== null; count = source.readSync(piece)) {
          for (let done = 0; done < count;) done += target.writeSync(piece.subarray(done, count));
        }
      });
    },
    link(parts, target, { directory }): void {
      const type = directory ? "dir" : "file";
      said("create", parts, () => Deno.symlinkSync(target, at(parts), { type }));
    },
    remove(parts): void {
      said("remove", parts, () => Deno.removeSync(at(parts)));
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function makeDirectory(destination: string): Promise<PrivateDirectory> {
  const found = await lookAt(destination);
  // What is missing above the destination is made at the end; where it will be is the same disk.
  if (found === undefined) {
    if (await isLink(destination)) {
      throw new Error(`Cannot extract to ${JSON.stringify(destination)}: it is a link that leads nowhere`);
    }
    return await makePrivateDirectory(await nearestDirectory(dirname(destination)));
  }
  if (!found.isDirectory) throw new Error(`Cannot extract to ${JSON.stringify(destination)}: it is not a directory`);
  // A link is gone through, because the disk of its target counts.
  const place = await Deno.realPath(destination);
  const beside = await lookAt(dirname(place));
  if (dirname(place) !== place && beside?.dev === found.dev) {
    const made = await makePrivateDirectory(dirname(place)).catch(() => undefined);
    if (made !== undefined) return made;
  }
  return await makePrivateDirectory(place);
}

async function nearestDirectory(path: string): Promise<string> {
  const found = await lookAt(path);
  if (found?.isDirectory) return path;
  if (found === undefined && dirname(path) !== path) return await nearestDirectory(dirname(path));
  throw new Error(`Cannot extract below ${JSON.stringify(path)}: it is not a directory`);
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("use", path, cause);
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

/** Says no where something else than a directory is on the way: the path was thought to be safe, and is not. */
function checkParents(tree: string, parts: readonly string[]): void {
  let path = tree;
  for (const part of parts.slice(0, -1)) {
    path = join(path, part);
    if (!Deno.lstatSync(path).isDirectory) throw new Error(`${JSON.stringify(path)} is not a directory`);
  }
}

function openNew(path: string, executable: boolean): Deno.FsFile {
  return Deno.openSync(path, { write: true, createNew: true, mode: executable ? 0o755 : 0o644 });
}

function said<T>(action: string, parts: readonly string[], work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw ioError(action, parts.join("/"), cause);
  }
}
