import { join } from "node:path";
import { holdTree } from "../../system/held_tree.ts";
import { ioError } from "../../system/io_error.ts";
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
 * A directory of our own, in which a tree stands until all of it was checked. Nobody else can look into it, and it is
 * held: whatever stands at its path, this is where everything goes.
 *
 * Nothing in it is a link before {@linkcode Staging.link} is called, and every file is new: whatever a path says, bytes
 * end up below the directory.
 */
export interface Staging extends TreeWriter, AsyncDisposable {
  /** Leads to something in the tree until the next call; empty stands for the tree itself. */
  at(path: string): string;
  /** Leads to a place for what a file of the tree replaces. */
  replaced(name: string): string;
  /** Makes a symbolic link. From then on nothing else may be made. */
  link(parts: readonly string[], target: string, options: { readonly directory: boolean }): Promise<void>;
}

/** A file that is being written. */
export interface StagedFile extends Disposable {
  write(bytes: Uint8Array): Promise<void>;
}

/** Pieces up to this size are written at once, which is much faster for many small files. */
const AT_ONCE_LIMIT = 64 * 1024;
/** How much of a large file is copied at once. */
const COPIED_SIZE = 1024 * 1024;

/**
 * Makes a staging directory.
 *
 * @param workplaces Directories in which it may stand, the best one first.
 * @param descriptors Where descriptors are found by their number.
 * @throws {Error} When there is no place to write.
 */
export async function createStaging(workplaces: readonly string[], descriptors: string | undefined): Promise<Staging> {
  const directory = await makeDirectory(workplaces);
  try {
    return await stageIn(directory, descriptors);
  } catch (cause) {
    await directory[Symbol.asyncDispose]().catch(() => {});
    throw ioError("use", directory.path, cause);
  }
}

async function makeDirectory([best, ...others]: readonly string[]): Promise<PrivateDirectory> {
  if (best === undefined) throw new Error("Cannot extract: there is no place to work");
  if (others.length === 0) return await makePrivateDirectory(best);
  return await makePrivateDirectory(best).catch(() => makeDirectory(others));
}

async function stageIn(directory: PrivateDirectory, descriptors: string | undefined): Promise<Staging> {
  const held = holdTree(directory.path, { descriptors, expected: directory.identity });
  try {
    await Deno.mkdir(held.at("tree"), { mode: 0o755 });
    await Deno.mkdir(held.at("replaced"));
  } catch (cause) {
    held[Symbol.dispose]();
    throw cause;
  }
  const at = (parts: readonly string[]): string => held.at(["tree", ...parts].join("/"));
  return {
    at: (path) => held.at(path === "" ? "tree" : `tree/${path}`),
    // Gone to from the top, so that it is good for as long as a way into the tree.
    replaced: (name) => join(held.at("replaced"), name),
    directory(parts): void {
      said("create", parts, () => Deno.mkdirSync(at(parts), { mode: 0o755 }));
    },
    file(parts, { executable }): StagedFile {
      const file = said("create", parts, () => openNew(at(parts), executable));
      return {
        async write(bytes): Promise<void> {
          try {
            await writeAll(file, bytes);
          } catch (cause) {
            throw ioError("write", parts.join("/"), cause);
          }
        },
        [Symbol.dispose]: () => file.close(),
      };
    },
    async copy(from, to, { executable, signal }): Promise<void> {
      using source = said("create", to, () => Deno.openSync(at(from)));
      using target = said("create", to, () => openNew(at(to), executable));
      try {
        await copyAll(source, target, signal);
      } catch (cause) {
        throw signal.aborted ? cause : ioError("write", to.join("/"), cause);
      }
    },
    async link(parts, target, { directory }): Promise<void> {
      const type = directory ? "dir" : "file";
      const path = said("create", parts, () => at(parts));
      await Deno.symlink(target, path, { type }).catch((cause) => {
        throw ioError("create", parts.join("/"), cause);
      });
    },
    remove(parts): void {
      said("remove", parts, () => {
        const path = at(parts);
        held.forget(["tree", ...parts].join("/"));
        Deno.removeSync(path);
      });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      held[Symbol.dispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function openNew(path: string, executable: boolean): Deno.FsFile {
  return Deno.openSync(path, { write: true, createNew: true, mode: executable ? 0o755 : 0o644 });
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const rest = bytes.subarray(done);
    done += rest.byteLength <= AT_ONCE_LIMIT ? file.writeSync(rest) : await file.write(rest);
  }
}

/** Not in one go: nothing could stop that. */
async function copyAll(source: Deno.FsFile, target: Deno.FsFile, signal: AbortSignal): Promise<void> {
  const { size } = source.statSync();
  const piece = new Uint8Array(Math.max(1, Math.min(size, COPIED_SIZE)));
  for (let left = size; left > 0;) {
    signal.throwIfAborted();
    const count = left <= AT_ONCE_LIMIT ? source.readSync(piece) : await source.read(piece);
    if (count === null) return;
    await writeAll(target, piece.subarray(0, count));
    left -= count;
  }
}

function said<T>(action: string, parts: readonly string[], work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw ioError(action, parts.join("/"), cause);
  }
}
