import type { DirectReader } from "../oci/tar/write.ts";
import type { Entry } from "./entry.ts";

/** What there is behind the stream of an entry. */
export interface Backing {
  /**
   * Reads what the stream gives without a stream, which is cheaper.
   *
   * @param path What errors call it.
   */
  openDirect?(path: string): DirectReader;
  /**
   * A text that is another one whenever the bytes are; `undefined` where nothing can promise that. Nothing is read for
   * it.
   */
  stamp(): string | undefined;
}

const BACKINGS = new WeakMap<Entry["open"], Backing>();

/**
 * Remembers what is behind an entry's stream. It belongs to the stream and not to the entry: a plugin that puts another
 * stream into an entry gets that one read.
 */
export function withBacking<T extends Pick<Entry, "open">>(entry: T, backing: Backing): T {
  BACKINGS.set(entry.open, backing);
  return entry;
}

/** What is behind an entry's stream, where it is known. */
export function backingOf({ open }: Pick<Entry, "open">): Backing | undefined {
  return BACKINGS.get(open);
}
