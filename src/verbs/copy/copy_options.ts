import type { VerbOptions } from "../verb_options.ts";
import type { SignedOptions } from "../verify/require_signatures.ts";

/** What to copy, and where to. */
export interface CopyOptions extends VerbOptions, SignedOptions {
  /** The artifact, or with all tags the place: `oci://HOST/REPOSITORY…`, `oci-layout:PATH…` or `oci-archive:PATH…`. */
  readonly source: string;
  /** The same; one without a tag gets that of the source. */
  readonly targets: readonly string[];
  /** Whether every tag of the source is copied. */
  readonly allTags?: boolean;
  /** Whether what refers to it comes along: signatures, SBOMs and the like. */
  readonly referrers?: boolean;
  /** Whether a tag may move that is a version. */
  readonly force?: boolean;
  /** Opens the tar that the source `oci-archive:-` stands for; it is read once. */
  readonly input?: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes the tar that the target `oci-archive:-` stands for. */
  readonly output?: (bytes: Uint8Array) => Promise<void>;
}
