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
 * What was found counts only when the same directories stood on the way before and after: no links, the same inodes, and
 * the times of change of those above it, which move with every exchange, there and back too. A file that was found is
 * known by its inode from then on.
 *
 * @param root The source, without symbolic links.
 */
export function heldDirectories(root: string): HeldDirectories {
  const { dev, ino } = Deno.lstatSync(root);
  const identity = `${dev} ${ino}`;

  /** What stands on the way to a directory now. */
  function wayTo(directory: string): string {
    if (Deno.realPathSync(directory) !== directory) throw exchanged(directory);
    const own = Deno.lstatSync(directory);
    let way = `${own.dev} ${own.ino}`;
    let first = way;
    for (let above = directory; above !== root;) {
      above = dirname(above);
      const { dev, ino, ctime } = Deno.lstatSync(above);
      first = `${dev} ${ino}`;
      way += `, ${first} ${ctime?.getTime()}`;
    }
    if (first !== identity) throw exchanged(root);
    return way;
  }

  return {
    async whileSteady<T>(directory: string, look: () => Promise<T>): Promise<T> {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const way = wayTo(directory);
        const seen = await look();
        if (wayTo(directory) === way) return seen;
      }
      throw exchanged(directory);
    },
    whileSteadySync<T>(directory: string, look: () => T): T {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const way = wayTo(directory);
        const seen = look();
        if (wayTo(directory) === way) return seen;
      }
      throw exchanged(directory);
    },
  };
}

function exchanged(directory: string): SourceError {
  return new SourceError(
    `Cannot publish ${JSON.stringify(directory)}: another directory or a link took its place while it was read`,
  );
}
