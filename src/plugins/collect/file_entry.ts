import { withDirectRead } from "../../pipeline/direct_reads.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { FoundFile } from "./tree.ts";

/** Makes an entry of a file that was found. */
export function fileEntry(path: string, { executable, size, open, openDirect }: FoundFile): Entry {
  const entry: Entry = { path, kind: "file", executable, size, open: () => open(path) };
  return openDirect === undefined ? entry : withDirectRead(entry, () => openDirect(path));
}
