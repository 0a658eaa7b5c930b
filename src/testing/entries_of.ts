import type { Entry } from "../pipeline/entry.ts";

/**
 * Makes entries for a test: directories by a name that ends with `/`, executable files by one that ends with `*`.
 *
 * @param files What is in each file, by path. The entries come in the same order.
 */
export function entriesOf(files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>): readonly Entry[] {
  return Object.entries(files).map(([name, content]): Entry => {
    const blob = new Blob([content]);
    const kind = name.endsWith("/") ? "directory" : "file";
    const executable = name.endsWith("*");
    const path = kind === "directory" || executable ? name.slice(0, -1) : name;
    return { path, kind, executable, size: blob.size, open: () => blob.stream() };
  });
}
