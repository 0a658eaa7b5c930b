import type { Digest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import type { AttachedReferrer } from "./ready_plugin.ts";
import type { Artifact, Moved, Receipt, TagName } from "./values.ts";

/** A place to publish to. Every one of several gets everything. */
export interface Target {
  /** The upload plugin that reaches it. */
  readonly name: string;
  /** The place without tag and digest: `oci://HOST/REPOSITORY`, `oci-layout:PATH`, or what a plugin calls it. */
  readonly url: string;
  /** The tag that this target alone gets. */
  readonly ownTag?: TagName;
  /** The digest that the target's own reference demands; publishing another one is refused. */
  readonly ownDigest?: Digest;
  /** Says what a tag points to now; `undefined` when there is no such tag. Changes nothing. */
  resolve(tag: string, context: Context): Promise<Digest | undefined>;
  /**
   * Brings blobs and then the manifest to the place, without any tag. What is there already is not sent.
   *
   * @param tags The names that {@linkcode Target.tag} will set; a target that writes one file needs them now.
   */
  upload(artifact: Artifact, tags: readonly TagName[], context: Context): Promise<Receipt>;
  /** Brings a manifest that refers to what was uploaded; left out when the place takes nothing of that kind. */
  readonly attach?: (referrer: AttachedReferrer, context: Context) => Promise<void>;
  /** Points tags to the uploaded manifest. */
  tag(artifact: Artifact, tags: readonly TagName[], context: Context): Promise<readonly Moved[]>;
  /** Gives up what an upload that came to no tag has left behind. */
  discard(context: Context): Promise<void>;
}
