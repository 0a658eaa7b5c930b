import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Context } from "../../work/context.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { createPauses } from "../../system/pause.ts";
import { fileEntry } from "./file_entry.ts";
import { readingError } from "./reading_error.ts";
import { type Found, type Link, type Resolved, type Tree, unfit } from "./tree.ts";

/** What becomes of symbolic links: packed as what they point to, left out with a message each, or refused. */
export type SymlinkPolicy = "follow" | "skip" | "error";

/** How to walk a tree. */
export interface WalkOptions {
  /** What becomes of symbolic links. */
  readonly symlinks: SymlinkPolicy;
  /**
   * Tells that a later filter drops the path and everything below it. Such a directory is given without what is in it;
   * what could not be packaged at all is given as a file that cannot be read, so that an ignored name never stops a
   * run.
   */
  readonly prune?: (path: string) => boolean;
}

/** How many files and directories may be reached through links; a few links to links multiply beyond all measure. */
const LINKED_LIMIT = 100_000;

/**
 * Gives the files and directories of a tree in the order of Go's `filepath.WalkDir`: depth first, a directory before
 * what is in it, the names in one directory sorted by their UTF-8 bytes. The root is not among them.
 *
 * @param source What messages call the tree.
 * @throws {SourceError} When something cannot be packaged, or when there is no file at all.
 */
export async function walk(tree: Tree, source: string, options: WalkOptions, context: Context): Promise<Entry[]> {
  const { symlinks, prune = (): boolean => false } = options;
  const entries: Entry[] = [];
  const entered = new Set<string>();
  const pause = createPauses(context.signal);
  let pruned = false;
  let linked = 0;

  async function enter(path: string, place: string): Promise<void> {
    context.signal.throwIfAborted();
    entered.add(place);
    const children = await tree.list(place).catch((error) => {
      throw readingError(path === "" ? source : path, error);
    });
    const isPlace = path === place;
    for (const { name, found } of children.toSorted((a, b) => compareBytewise(a.name, b.name))) {
      const turn = pause();
      if (turn !== undefined) await turn;
      const at = join(place, name);
      const inside = visit(isPlace ? at : join(path, name), at, found);
      if (inside !== undefined) await inside;
    }
    entered.delete(place);
  }

  /** Takes what a name stands for, and gives a promise only for a directory: most of what there is are files. */
  function visit(path: string, place: string, child: Found | Link): Promise<void> | undefined {
    if (child.kind === "link" && symlinks === "skip") {
      context.log.info(`Skipped ${describe(path, child)}`);
      return undefined;
    }
    const { path: real, found } = child.kind === "link" ? follow(place) : { path: place, found: child };
    if (real !== path) countLinked(path);
    if (found.kind === "file") {
      entries.push(fileEntry(path, found));
    } else if (found.kind === "unfit") {
      const error = new SourceError(`Cannot publish ${describe(path, child)}: ${found.why}`);
      if (!prune(path)) throw error;
      pruned = true;
      entries.push(unreadableEntry(path, error));
    } else {
      entries.push(directoryEntry(path));
      if (prune(path)) pruned = true;
      else return enter(path, real);
    }
    return undefined;
  }

  function follow(place: string): Resolved {
    if (symlinks === "error") return unfit("symbolic links are refused");
    const resolved = tree.resolve(place);
    const isAround = resolved.found.kind === "directory" && entered.has(resolved.path);
    return isAround ? unfit("it leads back to a directory that it is in") : resolved;
  }

  function countLinked(path: string): void {
    if (++linked <= LINKED_LIMIT) return;
    throw new SourceError(
      `Cannot publish ${JSON.stringify(path)}: symbolic links lead to more than ${LINKED_LIMIT} files and directories`,
    );
  }

  await enter("", "");
  if (!pruned && !entries.some((entry) => entry.kind === "file")) {
    throw new SourceError(`Cannot publish ${JSON.stringify(source)}: there is no file in it`);
  }
  return entries;
}

function describe(path: string, child: Found | Link): string {
  if (child.kind !== "link") return JSON.stringify(path);
  return `symbolic link ${JSON.stringify(path)} to ${JSON.stringify(child.target)}`;
}

function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

function directoryEntry(path: string): Entry {
  return { path, kind: "directory", executable: false, size: 0, open: () => ReadableStream.from([]) };
}

function unreadableEntry(path: string, error: SourceError): Entry {
  return { path, kind: "file", executable: false, size: 0, open: () => failingStream(error) };
}

function failingStream(error: SourceError): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller): void {
      controller.error(error);
    },
  });
}
