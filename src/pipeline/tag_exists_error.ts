import type { Digest } from "../oci/digest.ts";

/** A tag that may not move points to something else already. */
export class TagExistsError extends Error {
  /** The name of the class. */
  override readonly name = "TagExistsError";

  /** Names the target, its tag, and what that points to. */
  constructor(url: string, tag: string, existing: Digest) {
    super(`Cannot move tag ${JSON.stringify(tag)} of ${url}: it is immutable and already points to ${existing}`);
  }
}
