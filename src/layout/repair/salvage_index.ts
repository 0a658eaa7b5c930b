import { EMPTY_INDEX, fullNameOf, type IndexEntry, isEntry, type LayoutIndex, refNameOf } from "../index.ts";

/** What is left of an index that cannot be used as it is. */
export interface SalvagedIndex {
  /** An index with every entry that has a digest. */
  readonly index: LayoutIndex;
  /** The names of the other entries. */
  readonly lost: readonly string[];
}

/** Takes what can be read from an index that cannot be used: one bad entry says nothing against the others. */
export function salvageIndex(bytes: Uint8Array): SalvagedIndex {
  const entries = entriesIn(bytes);
  const others = entries.filter((entry) => !isEntry(entry));
  return {
    index: { ...EMPTY_INDEX, manifests: entries.filter(isEntry) },
    lost: others.flatMap((entry) => {
      const named: IndexEntry = { ...(typeof entry === "object" ? entry : {}), digest: "" };
      return fullNameOf(named) ?? refNameOf(named) ?? [];
    }),
  };
}

function entriesIn(bytes: Uint8Array): readonly unknown[] {
  try {
    const manifests: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))?.manifests;
    return Array.isArray(manifests) ? manifests : [];
  } catch {
    // What is not JSON tells nothing.
    return [];
  }
}
