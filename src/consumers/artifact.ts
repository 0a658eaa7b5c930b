/**
 * What consumers are judged by: an artifact as anybody can read it, its bytes already looked at. It is data, so that
 * the rules need nobody but themselves.
 */
import type { KnownCompression } from "../oci/bytes/decompress.ts";
import type { Annotations, Descriptor, Platform } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { ImageManifest, IndexManifest } from "../oci/parse_manifest.ts";

/** A manifest with what it names, or an index with its manifests. */
export type JudgedArtifact = SingleArtifact | ArtifactIndex;

/** What is known of a manifest or an index beyond its own words. */
interface Known {
  /** What it is. */
  readonly descriptor: Descriptor;
  /** The tags that lead to it, as far as they are known; left out when none is. */
  readonly tags?: readonly string[];
  /** What signs it; left out when nobody has looked. */
  readonly signatures?: Signatures;
}

/** A manifest, its config and its layers. */
export interface SingleArtifact extends Known {
  readonly kind: "manifest";
  readonly manifest: ImageManifest;
  /** Whether the JSON of the manifest says its media type itself. */
  readonly saysMediaType: boolean;
  /** The config, where it is JSON. */
  readonly config?: unknown;
  /** In the order of the manifest. */
  readonly layers: readonly JudgedLayer[];
}

/** An index. */
export interface ArtifactIndex extends Known {
  readonly kind: "index";
  readonly manifest: IndexManifest;
  /** In the order of the index; those that are not there are left out. */
  readonly artifacts: readonly JudgedArtifact[];
}

/** A layer, and what is in it. */
export interface JudgedLayer {
  readonly descriptor: Descriptor;
  /** How its bytes are compressed. */
  readonly compression: KnownCompression | "none";
  /** What its bytes are when they are not compressed. */
  readonly format: "tar" | "zip" | "other";
  /** The digest of its bytes before they were compressed; left out when that cannot be undone. */
  readonly diffId?: Digest;
  /** What an archive holds, in its own order; nothing for other files. */
  readonly members: readonly Member[];
  /** Why what it holds is not known, as the end of a sentence. */
  readonly problem?: string;
}

/** One member of an archive. */
export interface Member {
  /** As the archive has it. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "sparse" | "fifo" | "device";
  /** In bytes, not compressed. */
  readonly size: number;
  /** What a link points to. */
  readonly target?: string;
}

/** What signs an artifact, or says something about it. */
export interface Signatures {
  /** The manifests that name it as their subject. */
  readonly referrers: readonly Signature[];
  /** The manifest behind the tag `sha256-….sig`, as cosign has written it until its version 3. */
  readonly tagged?: Signature;
}

/** One manifest that may sign. */
export interface Signature {
  /** What it is; left out of what a push would sign. */
  readonly digest?: Digest;
  readonly artifactType?: string;
  readonly annotations: Annotations;
  readonly layers: readonly Descriptor[];
}

/**
 * Chooses a manifest as go-containerregistry does: the first of an index that is for linux/amd64, and what says nothing
 * of a platform is for that.
 *
 * @see {@link https://github.com/google/go-containerregistry/blob/v0.21.6/pkg/v1/remote/index.go | index.go}
 */
export function forLinux(artifact: JudgedArtifact, depth = 0): SingleArtifact | undefined {
  if (artifact.kind === "manifest" || depth > DEPTH_LIMIT) return artifact.kind === "manifest" ? artifact : undefined;
  const fitting = artifact.artifacts.find(({ descriptor: { platform = LINUX } }) =>
    platform.os === LINUX.os && platform.architecture === LINUX.architecture
  );
  return fitting && forLinux(fitting, depth + 1);
}

const LINUX: Platform = { os: "linux", architecture: "amd64" };
/** How deep indexes may stand in each other. */
const DEPTH_LIMIT = 8;
