import { fullNameOf, type IndexEntry, isEntry, refNameOf } from "../entry.ts";
import { EMPTY_INDEX, type LayoutIndex } from "../index.ts";

/** What is left of an index that cannot be used as it is. */
export interface SalvagedIndex {
  /** An index with every entry that has a digest. */
  readonly index: LayoutIndex;
  /** The names of the other entries. */
  readonly lost: readonly string[];
}

/** Takes what can be read from an index that cannot be used: one bad entry says nothing against the others. */
export function salvageIndex(bytes: Uint8Array): SalvagedIndex {
  const { manifests, annotations } = objectIn(bytes);
  const entries: readonly unknown[] = Array.isArray(manifests) ? manifests : [];
  const others = entries.filter((entry) => !isEntry(entry));
  return {
    index: {
      ...EMPTY_INDEX,
      manifests: entries.filter(isEntry),
      ...(annotations === undefined ? {} : { annotations }),
    },
    lost: others.flatMap((entry) => {
      const named: IndexEntry = { ...(typeof entry === "object" ? entry : {}), digest: "" };
      return fullNameOf(named) ?? refNameOf(named) ?? [];
    }),
  };
}

function objectIn(bytes: Uint8Array): { readonly manifests?: unknown; readonly annotations?: unknown } {
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof json === "object" && json !== null ? json : {};
  } catch {
    // What is not JSON tells nothing.
    return {};
  }
}
