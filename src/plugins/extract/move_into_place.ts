import { dirname } from "node:path";
import { compareTrees, type Move, type TreeComparison } from "./compare_trees.ts";
import { ExtractionError } from "./extraction_error.ts";
import { ioError } from "./io_error.ts";

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
 * @param staged A tree on the same disk as the destination.
 * @throws {ExtractionError} When something there has another content and may not be replaced. Nothing was moved then.
 */
export async function moveIntoPlace(
  staged: string,
  destination: string,
  { overwrite, signal }: { readonly overwrite: boolean; readonly signal: AbortSignal },
): Promise<Placed> {
  const comparison = await compareTrees(staged, destination, signal);
  refuseConflicts(comparison, destination, overwrite);
  await Deno.mkdir(dirname(destination), { recursive: true }).catch((cause) => {
    throw ioError("create", dirname(destination), cause);
  });
  signal.throwIfAborted();
  // Nothing stops it from here on: a tree that is half moved is less use than the old one or the new one.
  for (const move of comparison.moves) await perform(move);
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
  const more = texts.length - SHOWN;
  return `${texts.toSorted().slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

async function perform({ from, to }: Move): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (cause) {
    throw ioError("write", to, cause);
  }
}
