import type { Kit } from "../../pipeline/plugin.ts";
import type { Schema } from "../../pipeline/schema.ts";
import type { SymlinkPolicy } from "./walk.ts";

/** What can be chosen about a tree that is walked. */
export interface SymlinkChoice {
  /** What becomes of symbolic links. */
  readonly symlinks: SymlinkPolicy;
}

/** The schema of a {@linkcode SymlinkChoice}. */
export function symlinkChoice({ z }: Kit): Schema<SymlinkChoice> {
  return z.strictObject({
    symlinks: z.enum(["follow", "skip", "error"]).default("follow").describe("What to do with symbolic links."),
  });
}
