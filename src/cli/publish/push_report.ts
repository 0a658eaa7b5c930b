import { VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Digest } from "../../oci/digest.ts";
import { printedReference, withoutScheme } from "../../oci/reference.ts";
import type { Publication } from "../../pipeline/values.ts";
import type { Settings } from "./settings.ts";

/** What `gantry push -o json` prints. */
export interface PushReport {
  /** The first target with the digest, `oci://HOST/REPOSITORY@sha256:…`; empty when every target was skipped. */
  readonly url: string;
  /** The first target without scheme, tag and digest. */
  readonly repository: string;
  /** The first tag of the first target; absent when there is none. */
  readonly tag?: string;
  readonly digest: Digest;
  readonly version?: string;
  readonly mediaType: string;
  /** Size of the manifest and everything that it names, in bytes. */
  readonly size: number;
  readonly profile: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Without those whose plugin skipped the upload. */
  readonly targets: readonly PushedTarget[];
}

/** One target of a {@linkcode PushReport}. */
export interface PushedTarget {
  readonly url: string;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly digest: Digest;
  /** How many blobs and manifests were sent. */
  readonly uploaded: number;
  /** How many were there already. */
  readonly existing: number;
  /** Bytes of content sent, retries included. */
  readonly bytesSent: number;
}

/** Says what was published. */
export function pushReport(publication: Publication, settings: Settings): PushReport {
  const { archive, manifest } = publication;
  const { digest, mediaType } = manifest.descriptor;
  const published = publication.published.filter(({ isSkipped }) => !isSkipped);
  const targets = published.map(({ url, tags, uploaded, existing, bytesSent }): PushedTarget => ({
    url: `${url}@${digest}`,
    repository: withoutScheme(url),
    tags: tags.map(({ tag }) => tag),
    digest,
    uploaded: uploaded.length,
    existing: existing.length,
    bytesSent,
  }));
  const [first] = targets;
  const tag = first?.tags[0];
  const version = settings.version ?? publication.annotations[VERSION_ANNOTATION]?.value;
  return {
    url: first?.url ?? "",
    repository: first?.repository ?? "",
    ...(tag === undefined ? {} : { tag }),
    digest,
    ...(version === undefined ? {} : { version }),
    mediaType,
    size: [manifest, archive.config, ...archive.layers].reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    profile: archive.profile,
    annotations: Object.fromEntries(
      Object.entries(publication.annotations).map(([key, { value }]) => [key, value]),
    ),
    targets,
  };
}

/** One line for each target: `HOST/REPOSITORY@sha256:…`, or `oci-layout:PATH@sha256:…`. */
export function pushLines({ targets }: PushReport): string {
  return targets.map(({ url }) => `${printedReference(url)}\n`).join("");
}
