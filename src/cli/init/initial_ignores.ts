/** What often lies in a directory and belongs into no artifact, by the name at its root. */
const CANDIDATES: readonly (readonly [name: string, pattern: string])[] = [
  [".env", ".env"],
  [".env.local", ".env.*"],
  [".github", "/.github/"],
  [".gitlab-ci.yml", "/.gitlab-ci.yml"],
  [".forgejo", "/.forgejo/"],
  [".gitea", "/.gitea/"],
  [".woodpecker", "/.woodpecker/"],
  [".gitignore", ".gitignore"],
  [".gitattributes", ".gitattributes"],
  [".gitmodules", "/.gitmodules"],
  [".editorconfig", "/.editorconfig"],
  [".idea", ".idea/"],
  [".vscode", ".vscode/"],
  [".DS_Store", ".DS_Store"],
  ["gantry.schema.json", "/gantry.schema.json"],
];

/**
 * Writes an ignore file of what lies at the root of a directory and is seldom meant to be published.
 *
 * @returns `undefined` when there is nothing of that kind.
 */
export async function initialIgnores(directory: string): Promise<string | undefined> {
  const names = new Set<string>();
  for await (const { name } of Deno.readDir(directory)) names.add(name);
  const patterns = CANDIDATES.filter(([name]) => names.has(name)).map(([, pattern]) => pattern);
  if (patterns.length === 0) return undefined;
  return `# What gantry leaves out, in gitignore syntax, beyond .git and the like.\n${patterns.join("\n")}\n`;
}
