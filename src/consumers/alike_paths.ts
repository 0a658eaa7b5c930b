/** Files and directories that some file system takes for each other, the directories of files included. */
export function alikePaths(paths: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  const found = new Set<string>();
  for (const path of paths) {
    const parts = path.replace(/\/$/, "").split("/");
    for (const [at] of parts.entries()) {
      const isDirectory = at < parts.length - 1 || path.endsWith("/");
      const name = `${parts.slice(0, at + 1).join("/")}${isDirectory ? "/" : ""}`;
      const folded = caseFolded(name.replace(/\/$/, ""));
      const other = seen.get(folded);
      if (other !== undefined && (other !== name || !isDirectory)) found.add(other).add(name);
      seen.set(folded, other ?? name);
    }
  }
  return [...found];
}

/** Letter by letter, so that no letter becomes two. */
function caseFolded(text: string): string {
  return Array.from(text, (letter) => {
    const upper = letter.toUpperCase();
    return Array.from(upper).length === 1 ? upper.toLowerCase() : letter;
  }).join("");
}
