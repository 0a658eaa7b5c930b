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

/** Turns entries into tar entries: modes 0644 and 0755, the executable bit being the only one that is kept. */
export function tree(entries: readonly Entry[], { root, trailingSlash }: TreeOptions): readonly StampedEntry[] {
  return [...(root ? [ROOT] : []), ...entries.map(tarEntry)];

  function tarEntry(entry: Entry): StampedEntry {
    const directory = entry.kind === "directory";
    const backing = backingOf(entry);
    return {
      name: directory && trailingSlash ? `${entry.path}/` : entry.path,
      type: entry.kind,
      mode: directory || entry.executable ? 0o755 : 0o644,
      size: entry.size,
      open: () => entry.open(),
      openDirect: backing?.openDirect,
      stamp: backing?.stamp,
    };
  }
}

const ROOT: TarEntry = { name: ".", type: "directory", mode: 0o755, size: 0, open: () => new Blob([]).stream() };
