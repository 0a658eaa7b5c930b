/** Patterns that count when the user says nothing else. */

/** Metadata of version control systems. In worktrees and submodules of git, `.git` is a file. */
export const VERSION_CONTROL_IGNORES: readonly string[] = [".git", ".hg/", ".svn/", ".bzr/", ".jj/", "_darcs/"];

/** gantry's own files at the root of a source. Flux would take a `gantry.yaml` for a manifest. */
export const GANTRY_IGNORES: readonly string[] = [
  "/gantry.jsonc",
  "/gantry.json",
  "/gantry.yaml",
  "/gantry.yml",
  "/.gantryignore",
];

/** What a gantry that was killed may have left: of a pull, of a layout, and of a layout tar. */
export const TEMPORARY_IGNORES: readonly string[] = [
  ".gantry-*.tmp",
  "*.????????-????-????-????-????????????.partial",
];
