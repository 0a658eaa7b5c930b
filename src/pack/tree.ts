import type { TarEntry } from "../oci/tar/write.ts";
import { backingOf } from "../pipeline/backing.ts";
import type { Entry } from "../pipeline/entry.ts";

/** How a tree is written into a tar. */
export interface TreeOptions {
  /** Whether the tar begins with the root itself, as `.`. */
  readonly root: boolean;
  /** Whether the names of directories end with `/`, as most tar programs write them. */
  readonly trailingSlash: boolean;
}

/** An entry of a tar of which it is known whether its bytes are the same as before. */
export interface StampedEntry extends TarEntry {
  /** See {@linkcode Backing.stamp}; absent where nothing is known. */
  readonly stamp?: (() => string | undefined) | undefined;
}

/**
 * Turns entries into tar entries: modes 0644 and 0755, the executable bit being the only one that is kept. Each is made
 * when it is its turn, every time: there may be 100,000 of them.
 */
export function tree(entries: readonly Entry[], options: TreeOptions): Iterable<StampedEntry> {
  return { [Symbol.iterator]: () => tarEntries(entries, options) };
}

function* tarEntries(
  entries: readonly Entry[],
  { root, trailingSlash }: TreeOptions,
): Generator<StampedEntry, void, void> {
  if (root) yield ROOT;
  for (const entry of entries) yield tarEntry(entry, trailingSlash ? "/" : "");
}

function tarEntry(entry: Entry, ending: "" | "/"): StampedEntry {
  const { path, kind, size } = entry;
  const isDirectory = kind === "directory";
  const backing = backingOf(entry);
  return {
    name: isDirectory ? `${path}${ending}` : path,
    type: kind,
    mode: isDirectory || entry.executable ? 0o755 : 0o644,
    size,
    open: () => entry.open(),
    openDirect: backing?.openDirect?.bind(backing, path),
    stamp: backing?.stamp.bind(backing),
  };
}

const ROOT: TarEntry = { name: ".", type: "directory", mode: 0o755, size: 0, open: () => new Blob([]).stream() };
