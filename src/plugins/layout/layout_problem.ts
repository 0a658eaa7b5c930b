import type { Digest } from "../../oci/digest.ts";

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
