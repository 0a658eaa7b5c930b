import type { Entry } from "../../pipeline/entry.ts";
import type { FoundFile } from "./tree.ts";

/** Makes an entry of a file that was found. */
export function fileEntry(path: string, { executable, size, open }: FoundFile): Entry {
  return { path, kind: "file", executable, size, open: () => open(path) };
}
