import type { Digest } from "../oci/digest.ts";
import type { Reference } from "../oci/reference.ts";
import type { TagName } from "./values.ts";

/** What a target's own reference says of the artifact. */
export interface OwnReference {
  /** The tag that this target alone gets. */
  readonly ownTag?: TagName;
  /** The digest that must be published. */
  readonly ownDigest?: Digest;
}

/** Reads a target's own reference. */
export function ownReference({ tag, digest }: Reference, { immutable }: { readonly immutable: boolean }): OwnReference {
  return {
    ...(tag === undefined ? {} : { ownTag: { name: tag, immutable } }),
    ...(digest === undefined ? {} : { ownDigest: digest }),
  };
}
