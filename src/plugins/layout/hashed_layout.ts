import type { Digest } from "../../oci/digest.ts";
import type { LayoutIndex } from "./layout_index.ts";

/** A layout of which every blob was hashed. */
export interface HashedLayout {
  /** What it lists; `undefined` when that is missing or cannot be read, which is one of the problems then. */
  readonly index: LayoutIndex | undefined;
  readonly blobs: ReadonlyMap<Digest, HashedBlob>;
  /** What is wrong with files that are no blobs, and with volumes. */
  readonly problems: readonly FileProblem[];
  /** Files that a process has left which was killed, or that one is writing at the moment. */
  readonly leftovers: readonly string[];
  /** Reads a blob that is intact, and small enough for memory. */
  read(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
}

/** A blob as it was found. */
export interface HashedBlob {
  readonly size: number;
  /** What is wrong with it, as the last part of a sentence; absent when its bytes are those that it is named after. */
  readonly problem?: string;
}

/** A file of a layout that is not as it should be. */
export interface FileProblem {
  readonly file: string;
  /** What is wrong with it, as the last part of a sentence. */
  readonly problem: string;
}

/** Told what comes next, and how many bytes of how many were read. */
export interface HashWatcher {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** What is said of bytes that do not have the digest which they are named after. */
export const OTHER_BYTES = "is damaged: its bytes have another digest";
