/**
 * What flows through the pipeline. Each value says what is established so far, and each stage takes one and gives the
 * next, so stages in a wrong order do not compile.
 */
import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Moved, TagName } from "../store/store.ts";
import type { Entry } from "./entry.ts";

/** What the user named. */
export interface Source {
  /** A path, or `-` for standard input, as it was written. */
  readonly location: string;
}

/** After collect: everything that was found, in the order of the walk. */
export interface Collected {
  /** Where they were found. */
  readonly source: Source;
  /** In the order of a walk. */
  readonly entries: readonly Entry[];
  /** What custom steps have left out already; nothing when left out. */
  readonly dropped?: readonly Dropped[];
}

/** An entry that was left out, and why. */
export interface Dropped {
  /** The entry's path. */
  readonly path: string;
  /** Which rule it was, such as `*.jpg (flux defaults)`. */
  readonly reason: string;
}

/** After filter: what stays and what was left out. */
export interface Selected extends Collected {
  /** In the order in which filters and custom steps dropped them. */
  readonly dropped: readonly Dropped[];
}

/** What an archive plugin makes: config and layers, in the shape of one ecosystem. */
export interface Archive {
  /** The archive plugin whose shape this is, such as `flux`. */
  readonly profile: string;
  /** The artifact's type; left out where the ecosystem has none. */
  readonly artifactType?: string;
  /** Small JSON that every manifest names. */
  readonly config: Content;
  /** In the order of the manifest. */
  readonly layers: readonly Content[];
}

/** After archive: bytes with digests. */
export interface Packed extends Selected {
  /** Config and layers. */
  readonly archive: Archive;
}

/** The value of an annotation, and who knew it. */
export interface Attributed {
  /** The value itself; it may be empty. */
  readonly value: string;
  /** Where the value is from, such as `--source`, `GITHUB_SHA` or `.git/HEAD`. */
  readonly from: string;
}

/** After annotate: the manifest, and with it the digest that every target will have. */
export interface Artifact extends Packed {
  /** Annotations of the manifest, sorted by key, each with its origin. */
  readonly annotations: Readonly<Record<string, Attributed>>;
  /** What every tag will point to. */
  readonly manifest: Content;
}

/** What one target has after upload. */
export interface Receipt {
  /** The target without tag and digest: `oci://…`, `oci-layout:…`. */
  readonly url: string;
  /** Blobs and manifest that were sent. */
  readonly uploaded: readonly Descriptor[];
  /** Blobs and manifest that were there already. */
  readonly existing: readonly Descriptor[];
  /** Bytes of content that were sent, retries included. */
  readonly bytesSent: number;
  /** Set when the upload plugin had nothing to do: the artifact is not there. */
  readonly isSkipped?: boolean;
}

/** After upload: every target has everything, and no tag points to it yet. */
export interface Uploaded extends Artifact {
  /** The names that every target gets. */
  readonly tags: readonly TagName[];
  /** In the order of the targets. */
  readonly receipts: readonly Receipt[];
  /** The manifests that custom steps attached to the artifact, in every target; none when left out. */
  readonly referrers?: readonly Descriptor[];
  /** The tags made of the artifact's digest that custom steps wrote, in every target; none when left out. */
  readonly companions?: readonly string[];
}

/** What one target shows to the world after tag. */
export interface Published extends Receipt {
  /** The tags that stand for the artifact here. */
  readonly tags: readonly Moved[];
}

/** After tag: everything is visible everywhere. */
export interface Publication extends Artifact {
  /** In the order of the targets. */
  readonly published: readonly Published[];
  /** The manifests that custom steps attached to the artifact, in every target; none when left out. */
  readonly referrers?: readonly Descriptor[];
  /** The tags made of the artifact's digest that custom steps wrote, in every target; none when left out. */
  readonly companions?: readonly string[];
}

/** Each digest once, in the order in which they come first. */
export function distinct(contents: readonly Content[]): readonly Content[] {
  return [...new Map(contents.map((content) => [content.descriptor.digest, content])).values()];
}
