import type { Backing } from "../../pipeline/backing.ts";

/** A tree that can be walked: directories on a disk, or in a tar. Its paths are relative to the root, which is `""`. */
export interface Tree {
  /** What is in a directory, in any order. */
  list(directory: string): Promise<readonly Child[]>;
  /** What the path of a link stands for in the end, links on the way resolved. */
  resolve(link: string): Resolved;
}

/** One name in a directory. */
export interface Child {
  readonly name: string;
  readonly found: Found | Link;
}

/** What a name stands for. */
export type Found = FoundFile | { readonly kind: "directory" } | Unfit;

/** A file, and how to read it. */
export interface FoundFile extends Backing {
  readonly kind: "file";
  readonly executable: boolean;
  readonly size: number;
  /** Reads the file; `path` is what errors call it. */
  stream(path: string): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Something that no artifact can hold. */
export interface Unfit {
  readonly kind: "unfit";
  /** Why: the second half of a sentence. */
  readonly why: string;
}

/** A symbolic link. */
export interface Link {
  readonly kind: "link";
  readonly target: string;
}

/** Something, and its path in the tree without links. */
export interface Resolved {
  readonly path: string;
  readonly found: Found;
}

/** Says that a link stands for nothing that can be packaged, and why. */
export function unfit(why: string): Resolved {
  return { path: "", found: { kind: "unfit", why } };
}
