import { join } from "node:path";
import { stampOf } from "../../system/open_file.ts";
import { EMPTY_INDEX, type LayoutIndex } from "../index.ts";
import { INDEX_FILE, isLayout, readIndex, refuseLostIndex } from "./read_layout.ts";

/** The index of a layout directory, read again only when its file is another one. */
export interface WatchedIndex {
  /** The same object as long as the file is the same; `undefined` when there is no layout. */
  read(): Promise<LayoutIndex | undefined>;
  /** Lets the next read look into the file whatever it seems to be. */
  forget(): void;
}

/** Starts to watch an index that need not exist yet. */
export function watchedIndex(path: string): WatchedIndex {
  const file = join(path, INDEX_FILE);
  let last: { readonly stamp: string; readonly index: LayoutIndex } | undefined;
  return {
    async read(): Promise<LayoutIndex | undefined> {
      const stamp = stampOf(file);
      if (stamp === undefined) {
        if (!await isLayout(path)) return undefined;
        await refuseLostIndex(path);
        return EMPTY_INDEX;
      }
      if (last?.stamp === stamp) return last.index;
      if (!await isLayout(path)) return undefined;
      const index = await readIndex(path);
      last = { stamp, index };
      return index;
    },
    forget(): void {
      last = undefined;
    },
  };
}
