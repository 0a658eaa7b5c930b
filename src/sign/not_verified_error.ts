import type { Digest } from "../oci/digest.ts";
import type { Rejection } from "./find_signatures.ts";

/** No signature of an artifact is by a key that was asked for, so nothing was done with the artifact. */
export class NotVerifiedError extends Error {
  /** The name of the class. */
  override readonly name = "NotVerifiedError";
  /** Where the artifact is, such as `oci://ghcr.io/acme/app`. */
  readonly url: string;
  /** The artifact. */
  readonly digest: Digest;
  /** What might have been a signature, and why it does not count. */
  readonly rejected: readonly Rejection[];

  /**
   * Says what is missing, and what is there instead.
   *
   * @param missing The names of the keys.
   */
  constructor(
    { url, digest }: Pick<NotVerifiedError, "url" | "digest">,
    missing: readonly string[],
    rejected: readonly Rejection[],
  ) {
    const lines = rejected.slice(0, SHOWN).map(({ where, problem }) => `\n  ${where}: ${problem}`).join("");
    const more = rejected.length > SHOWN ? `\n  and ${rejected.length - SHOWN} more` : "";
    super(`Cannot verify ${url}@${digest}: no signature is by ${missing.join(" or ")}${lines}${more}`);
    this.url = url;
    this.digest = digest;
    this.rejected = rejected;
  }
}

/** How many rejections the message names. */
const SHOWN = 10;
