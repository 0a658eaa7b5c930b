import type { DirectReader } from "../oci/tar/write.ts";
import type { Entry } from "./entry.ts";

const DIRECT = new WeakMap<Entry["open"], () => DirectReader>();

/**
 * Remembers a cheaper way to read what an entry's stream gives. It belongs to the stream and not to the entry: a plugin
 * that puts another stream into an entry gets that one read.
 */
export function withDirectRead<T extends Pick<Entry, "open">>(entry: T, openDirect: () => DirectReader): T {
  DIRECT.set(entry.open, openDirect);
  return entry;
}

/** The cheaper way to read an entry, where there is one. */
export function directRead({ open }: Pick<Entry, "open">): (() => DirectReader) | undefined {
  return DIRECT.get(open);
}
