import type { Digest } from "../../oci/digest.ts";
import { withoutScheme } from "../../oci/reference.ts";
import type { Copied } from "../../store/copy.ts";

/** What was copied, as `gantry copy -o json` prints it. */
export interface CopyResult {
  /** The place that was copied from, without tag and digest. */
  readonly source: string;
  /** The first destination with the first digest; absent when the source had no tags. */
  readonly url?: string;
  /** The first destination without scheme, tag and digest. */
  readonly repository: string;
  /** The first tag; absent when there is none. */
  readonly tag?: string;
  /** The first digest. */
  readonly digest?: Digest;
  /** Every destination. */
  readonly targets: readonly CopiedTarget[];
}

/** One destination of a {@linkcode CopyResult}. */
export interface CopiedTarget extends Copied {
  /** The destination without scheme, tag and digest. */
  readonly repository: string;
  /** What was asked for: one, or with all tags everything that has a tag. */
  readonly manifests: readonly CopiedManifest[];
}

/** One manifest that was copied. */
export interface CopiedManifest {
  /** The destination with the digest. */
  readonly url: string;
  /** Its digest. */
  readonly digest: Digest;
  /** The tags that it got there. */
  readonly tags: readonly string[];
}

/** A destination that has everything. */
export interface Destination {
  readonly url: string;
  readonly copied: Copied;
  readonly tags: ReadonlyMap<Digest, readonly string[]>;
}

/** Says what was copied. */
export function copyResult(source: string, results: readonly Destination[]): CopyResult {
  const targets = results.map(({ url, copied, tags }): CopiedTarget => ({
    repository: withoutScheme(url),
    ...copied,
    manifests: [...tags].map(([digest, tags]) => ({ url: `${url}@${digest}`, digest, tags })),
  }));
  const first = targets[0]?.manifests[0];
  const tag = first?.tags[0];
  return {
    source,
    ...(first === undefined ? {} : { url: first.url }),
    repository: targets[0]?.repository ?? "",
    ...(tag === undefined ? {} : { tag }),
    ...(first === undefined ? {} : { digest: first.digest }),
    targets,
  };
}
