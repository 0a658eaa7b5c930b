import { withBacking } from "../../pipeline/backing.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { FoundFile } from "./tree.ts";

/** Makes an entry of a file that was found. */
export function fileEntry(path: string, found: FoundFile): Entry {
  const { executable, size } = found;
  return withBacking({ path, kind: "file", executable, size, open: () => found.open(path) }, found);
}
