import { BackedEntry, withBacking } from "../../pipeline/backing.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { FoundFile } from "./tree.ts";

/** Makes an entry of a file that was found; a file of that path is one already. */
export function fileEntry(path: string, found: FoundFile): Entry {
  if (BackedEntry.is(found) && found.path === path) return found;
  const { executable, size } = found;
  return withBacking({ path, kind: "file", executable, size, open: () => found.stream(path) }, found);
}
