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
export function backingOf(entry: Pick<Entry, "open">): Backing | undefined {
  return BackedEntry.is(entry) ? entry : BACKINGS.get(entry.open);
}

/** What everybody may know of a file. */
export type FileFacts = Pick<Entry, "path" | "executable" | "size">;

/**
 * The entry of a file, and what is behind its stream, in one object: there may be 100,000 of them for as long as a run
 * takes. The function that opens it is made when somebody asks for it, or copies the entry.
 */
export abstract class BackedEntry implements Entry, Backing {
  readonly path: string;
  readonly kind = "file";
  readonly executable: boolean;
  readonly size: number;
  declare readonly open: Entry["open"];
  #open: Entry["open"] | undefined;

  /** A property of the object itself, so that a copy has it; but there is one function for all of them. */
  static readonly #OPEN = {
    enumerable: true,
    get(this: BackedEntry): Entry["open"] {
      return this.#open ??= withBacking({ open: () => this.stream(this.path) }, this).open;
    },
  };

  constructor({ path, executable, size }: FileFacts) {
    this.path = path;
    this.executable = executable;
    this.size = size;
    Object.defineProperty(this, "open", BackedEntry.#OPEN);
  }

  /** Tells an entry that was made here from what only looks like one: nobody can give it another stream. */
  static is(entry: object): entry is BackedEntry {
    return #open in entry;
  }

  /** Reads the file; `path` is what errors call it. */
  abstract stream(path: string): ReadableStream<Uint8Array<ArrayBuffer>>;
  abstract openDirect(path: string): DirectReader;
  abstract stamp(): string | undefined;
}
