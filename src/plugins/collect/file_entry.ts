import { withBacking } from "../../pipeline/backing.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { FoundFile } from "./tree.ts";

/** Makes an entry of a file that was found. */
export function fileEntry(path: string, { executable, size, open, backing }: FoundFile): Entry {
  return withBacking({ path, kind: "file", executable, size, open: () => open(path) }, backing(path));
}
