import type { PulledArtifact } from "../../extract/pull_artifact.ts";
import type { Digest } from "../../oci/digest.ts";
import { artifactTypeOf, manifestParts } from "../../oci/parse_manifest.ts";
import { withoutScheme } from "../../oci/reference.ts";

/** What `gantry pull -o json` prints. */
export interface PullReport {
  /** The artifact with the digest of its manifest: `oci://HOST/REPOSITORY@sha256:…`. */
  readonly url: string;
  /** The place without scheme, tag and digest. */
  readonly repository: string;
  /** The digest of the manifest. */
  readonly digest: Digest;
  /** The digest of the index that led to the manifest; absent when there was none. */
  readonly index?: Digest;
  readonly mediaType: string;
  readonly artifactType?: string;
  /** Size of the manifest and everything that it names, in bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** The layers that were extracted or saved. */
  readonly layers: readonly { readonly mediaType: string; readonly digest: Digest; readonly size: number }[];
  /** The directory or the file that was written. */
  readonly output: string;
  /** How many files and links were written. */
  readonly written: number;
  /** How many were there already, and the same. */
  readonly unchanged: number;
}

/**
 * Says what was pulled.
 *
 * @param url The store.
 * @param output Where it went.
 */
export function pullReport(pulled: PulledArtifact, url: string, output: string): PullReport {
  const { root, descriptor, manifest, layers, written, unchanged } = pulled;
  const artifactType = artifactTypeOf(manifest);
  return {
    url: `${url}@${descriptor.digest}`,
    repository: withoutScheme(url),
    digest: descriptor.digest,
    ...(root.digest === descriptor.digest ? {} : { index: root.digest }),
    mediaType: descriptor.mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    size: manifestParts(manifest).reduce((sum, { size }) => sum + size, descriptor.size),
    annotations: manifest.annotations ?? {},
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    output,
    written,
    unchanged,
  };
}
