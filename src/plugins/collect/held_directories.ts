import { dirname } from "node:path";
import { SourceError } from "../../pipeline/source_error.ts";

/** Looks into directories of a source while nobody exchanges them. */
export interface HeldDirectories {
  /**
   * Looks into a directory, again when it or one above it was exchanged meanwhile.
   *
   * @param directory A path without symbolic links, in the source or the source itself.
   * @throws {SourceError} When a link stands in its place, or when it was exchanged each time.
   */
  whileSteady<T>(directory: string, look: () => Promise<T>): Promise<T>;
  /** The same for what needs no waiting. */
  whileSteadySync<T>(directory: string, look: () => T): T;
}

/** How often a directory is looked into before it is given up. */
const ATTEMPTS = 5;

/**
 * Keeps what is found in a source in the source. Deno opens by path and not below an open directory, so whoever may
 * write to a source could put a link in the place of a directory that is walked, and have files published that only the
 * user may read.
 *
 * What was found counts only when the same directories stood on the way before and after: no links, the same inodes,
 * and the times of change of those above it, which move with every exchange, there and back too. A file that was found
 * is known by its inode from then on.
 *
 * @param root The source, without symbolic links.
 */
export function heldDirectories(root: string): HeldDirectories {
  const source = standing(root);
  /** What stood on the way to the directory that was looked into last. */
  let last: Way = new Map();

  /** What stands on the way to a directory now, from it up to the root; `known` is taken for what is above it. */
  function wayTo(directory: string, known?: Way): Way {
    const way = new Map<string, Standing>();
    for (let place = directory;; place = dirname(place)) {
      const earlier = place === directory ? undefined : known?.get(place);
      way.set(place, earlier ?? standing(place));
      if (place === root) break;
    }
    if (!isSame(way.get(root), source)) throw exchanged(root);
    return way;
  }

  /** Whether a directory can be trusted to be the one that it was before it was looked into. */
  function isSteady(directory: string, before: Way): boolean {
    const now = wayTo(directory);
    last = now;
    return now.entries().every(([place, standing]) => {
      const earlier = before.get(place);
      return isSame(standing, earlier) && (place === directory || standing.changed === earlier?.changed);
    });
  }

  /**
   * What was there when the last directory was looked into stands for what is there before this one is: the longer the
   * time in which nothing may change, the better. When something has changed, the next attempt begins anew.
   */
  const before = (directory: string, attempt: number): Way => wayTo(directory, attempt === 0 ? last : undefined);

  return {
    async whileSteady<T>(directory: string, look: () => Promise<T>): Promise<T> {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const way = before(directory, attempt);
        const seen = await look();
        if (isSteady(directory, way)) return seen;
      }
      throw exchanged(directory);
    },
    whileSteadySync<T>(directory: string, look: () => T): T {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const way = before(directory, attempt);
        const seen = look();
        if (isSteady(directory, way)) return seen;
      }
      throw exchanged(directory);
    },
  };
}

/** The directories on a way, by their paths. */
type Way = ReadonlyMap<string, Standing>;

/** A directory that stands somewhere. */
interface Standing {
  readonly dev: number;
  readonly ino: number | null;
  /** When it was changed last; `undefined` where the system does not say. */
  readonly changed: number | undefined;
}

/** Looks at what stands at a path of which everything above is looked at, too. */
function standing(path: string): Standing {
  const { dev, ino, ctime, isDirectory } = Deno.lstatSync(path);
  // Where there are no numbers of inodes, the system says by another way whether a link is there.
  if (!isDirectory || ino === null && Deno.realPathSync(path) !== path) throw exchanged(path);
  return { dev, ino, changed: ctime?.getTime() };
}

function isSame(a: Standing | undefined, b: Standing | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function exchanged(directory: string): SourceError {
  return new SourceError(
    `Cannot publish ${JSON.stringify(directory)}: another directory or a link took its place while it was read`,
  );
}
