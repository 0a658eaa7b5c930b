import type { Digest } from "../../oci/digest.ts";
import { printedReference, withoutScheme } from "../../oci/reference.ts";
import type { Copied } from "../../store/copy.ts";

/** What `gantry copy -o json` prints. */
export interface CopyReport {
  /** The place that was copied from, without tag and digest. */
  readonly source: string;
  /** The first destination with the first digest; absent when the source had no tags. */
  readonly url?: string;
  /** The first destination without scheme, tag and digest. */
  readonly repository: string;
  /** The first tag; absent when there is none. */
  readonly tag?: string;
  readonly digest?: Digest;
  readonly targets: readonly CopiedTarget[];
}

/** One destination of a {@linkcode CopyReport}. */
export interface CopiedTarget extends Copied {
  readonly repository: string;
  /** What was asked for: one, or with `--all-tags` everything that has a tag. */
  readonly manifests: readonly CopiedManifest[];
}

/** One manifest that was copied. */
export interface CopiedManifest {
  /** The destination with the digest. */
  readonly url: string;
  readonly digest: Digest;
  readonly tags: readonly string[];
}

/** A destination that has everything. */
export interface CopyResult {
  readonly url: string;
  readonly copied: Copied;
  readonly tags: ReadonlyMap<Digest, readonly string[]>;
}

/** Says what was copied. */
export function copyReport(source: string, results: readonly CopyResult[]): CopyReport {
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

/** One line for each destination, and with several manifests one for each of them: `HOST/REPOSITORY@sha256:…`. */
export function copyLines({ targets }: CopyReport): string {
  return targets.flatMap(({ manifests }) => manifests)
    .map(({ url }) => `${printedReference(url)}\n`).join("");
}
