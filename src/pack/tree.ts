import type { TarEntry } from "../oci/tar/write.ts";
import { directRead } from "../pipeline/direct_reads.ts";
import type { Entry } from "../pipeline/entry.ts";

/** How a tree is written into a tar. */
export interface TreeOptions {
  /** Whether the tar begins with the root itself, as `.`. */
  readonly root: boolean;
  /** Whether the names of directories end with `/`, as most tar programs write them. */
  readonly trailingSlash: boolean;
}

/** Turns entries into tar entries: modes 0644 and 0755, the executable bit being the only one that is kept. */
export function tree(entries: readonly Entry[], { root, trailingSlash }: TreeOptions): readonly TarEntry[] {
  return [...(root ? [ROOT] : []), ...entries.map(tarEntry)];

  function tarEntry(entry: Entry): TarEntry {
    const directory = entry.kind === "directory";
    return {
      name: directory && trailingSlash ? `${entry.path}/` : entry.path,
      type: entry.kind,
      mode: directory || entry.executable ? 0o755 : 0o644,
      size: entry.size,
      open: () => entry.open(),
      openDirect: directRead(entry),
    };
  }
}

const ROOT: TarEntry = { name: ".", type: "directory", mode: 0o755, size: 0, open: () => new Blob([]).stream() };
