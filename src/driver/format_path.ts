/** Writes a path as people do: `drop[3].path`. */
export function formatPath(path: readonly PropertyKey[]): string {
  const written = path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`).join("");
  return written.replace(/^\./, "");
}
