import type { Digest } from "../../oci/digest.ts";
import type { LayoutIndex } from "../index.ts";

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

/** Something in a layout that is not as it should be. */
export interface LayoutProblem {
  /** The blob or the manifest that it is about; absent when it is about a file that is none. */
  readonly digest?: Digest;
  /** The file that it is about, when it is no blob. */
  readonly file?: string;
  /** What is wrong, as the last part of a sentence: `is missing`. */
  readonly problem: string;
  /** The manifests that need it, and `index.json` with the names that stand there; nothing where nobody needs it. */
  readonly neededBy: readonly string[];
}
