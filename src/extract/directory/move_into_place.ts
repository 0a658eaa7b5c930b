import { shortList } from "../../work/amounts.ts";
import { join } from "node:path";
import { compareTrees, type Move, type TreeComparison, type TreeInPlace } from "./compare_trees.ts";
import type { DestinationDirectory } from "./destination.ts";
import { ExtractionError } from "../extraction_error.ts";
import { ioError } from "../../system/io_error.ts";
import type { Staging } from "./staging.ts";

/** What became of the files of an artifact. */
export interface Placed {
  /** How many files and links were written. */
  readonly written: number;
  /** How many were there already, and the same. */
  readonly unchanged: number;
}

/** How many files an error names. */
const SHOWN = 10;

/**
 * Moves a staged tree to where it shall be. Where nothing is, that is one step. Where a directory is, everything is
 * compared before anything is moved; what is the same stays, and what is not of the tree is left alone.
 *
 * A file that is replaced leaves its permissions to the new one, but for the executable bit.
 *
 * @param staging A tree on the same disk as the destination.
 * @throws {ExtractionError} When something there has another content and may not be replaced. Nothing was moved then.
 * @throws {Error} When something cannot be moved. What was moved before is taken back then.
 */
export async function moveIntoPlace(
  staging: Staging,
  destination: DestinationDirectory,
  { overwrite, countFiles, signal }: Pick<TreeInPlace, "countFiles" | "signal"> & { readonly overwrite: boolean },
): Promise<Placed> {
  const there = destination.find();
  const comparison = await compareTrees(staging.at, { there, countFiles, signal });
  refuseConflicts(comparison, destination.path, overwrite);
  signal.throwIfAborted();
  // Nothing stops it from here on: a tree that is half moved is less use than the old one or the new one.
  await performAll(comparison.moves, {
    from: staging.at,
    to: (path) => there === undefined ? destination.place() : there.at(path),
    kept: staging.replaced,
    shown: (path) => join(destination.path, path),
  });
  return { written: comparison.moved, unchanged: comparison.unchanged };
}

function refuseConflicts({ blocked, changed }: TreeComparison, destination: string, overwrite: boolean): void {
  const action = `Cannot extract to ${JSON.stringify(destination)}`;
  if (blocked.length > 0) throw new ExtractionError("conflict", `${action}: ${listed(blocked)}`);
  if (changed.length === 0 || overwrite) return;
  const names = listed(changed.map((path) => JSON.stringify(path)));
  throw new ExtractionError("changed", `${action}: ${names} would be replaced by other content`);
}

function listed(texts: readonly string[]): string {
  return shortList(texts.toSorted(), SHOWN);
}

/** Between which places something is moved. What they lead to is used at once. */
interface Ways {
  readonly from: (path: string) => string;
  readonly to: (path: string) => string;
  /** A place for what is replaced. */
  readonly kept: (name: string) => string;
  /** What messages call the place that something is moved to. */
  readonly shown: (path: string) => string;
}

/** Makes all moves, or takes back those that were made. */
async function performAll(moves: readonly Move[], ways: Ways): Promise<void> {
  for (const [at, move] of moves.entries()) {
    try {
      await perform(move, ways, ways.kept(String(at)));
    } catch (cause) {
      const { message } = ioError("write", ways.shown(move.path), cause);
      const stuck: string[] = [];
      for (let done = at - 1; done >= 0; done--) {
        const each = moves[done];
        if (each === undefined) continue;
        await takeBack(each, ways, ways.kept(String(done))).catch(() => {
          stuck.push(JSON.stringify(ways.shown(each.path)));
        });
      }
      const left = stuck.length === 0 ? "" : `; what was there before could not be put back: ${listed(stuck)}`;
      throw new Error(`${message}${left}`, { cause });
    }
  }
}

async function perform({ path, replaced }: Move, ways: Ways, kept: string): Promise<void> {
  const from = ways.from(path);
  const to = ways.to(path);
  if (replaced === undefined) return await Deno.rename(from, to);
  await keepMode(from, replaced);
  // A second name for the old file, so that there is one at its path at any time.
  await Deno.link(to, kept).catch(() => Deno.rename(to, kept));
  try {
    await Deno.rename(from, to);
  } catch (cause) {
    await Deno.rename(kept, to);
    throw cause;
  }
}

async function takeBack({ path, replaced }: Move, ways: Ways, kept: string): Promise<void> {
  const to = ways.to(path);
  await (replaced === undefined ? Deno.rename(to, ways.from(path)) : Deno.rename(kept, to));
}

/** What others could not read or write before, they cannot afterwards. Whether it runs is what the artifact says. */
async function keepMode(path: string, { isFile, mode }: Deno.FileInfo): Promise<void> {
  if (Deno.build.os === "windows" || !isFile || mode === null) return;
  const staged = await Deno.lstat(path);
  if (!staged.isFile) return;
  const plain = mode & 0o666;
  const executable = ((staged.mode ?? 0) & 0o100) !== 0;
  await Deno.chmod(path, executable ? plain | (plain & 0o444) >> 2 : plain);
}
