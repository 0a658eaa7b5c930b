/**
 * What a plugin of each stage must be. Built-in stages are written against these types and nothing else.
 *
 * A plugin decides; the host computes. A filter says which paths to drop, and the stage makes the next value of it; so
 * how several plugins of a stage combine is the stage's rule and never the plugin's.
 */
import type { Context } from "./context.ts";
import type { Entry } from "./entry.ts";
import type { Archive, Artifact, Attributed, Dropped, Moved, Receipt, Source, TagName } from "./values.ts";
import type { Digest } from "../oci/digest.ts";

/** What every plugin has. */
export interface Named {
  /** Short and unique within its stage, such as `ignore`. Shown in messages and in plans. */
  readonly name: string;
}

/** Finds entries. Several collectors' entries are concatenated; the same path twice is an error. */
export interface Collector extends Named {
  /** Finds the entries of a source, in any order. */
  collect(source: Source, context: Context): Promise<readonly Entry[]>;
}

/** Says which entries to drop. Several filters run in sequence, each on what the one before it kept. */
export interface Filter extends Named {
  /** Says which of these entries to drop, with a reason for each. */
  filter(entries: readonly Entry[], context: Context): Promise<readonly Dropped[]>;
}

/** Makes config and layers. There is exactly one. */
export interface Archiver extends Named {
  /** Makes config and layers of the entries, which are in the order of a walk. */
  archive(entries: readonly Entry[], context: Context): Promise<Archive>;
}

/** Knows annotations. The first of several to know a key wins. */
export interface Annotator extends Named {
  /**
   * Says what it knows.
   *
   * @param known What the annotators before this one know.
   * @returns What this one knows, its own view of known keys included.
   */
  annotate(
    archive: Archive,
    known: Readonly<Record<string, Attributed>>,
    context: Context,
  ): Promise<Readonly<Record<string, Attributed>>>;
}

/** A place to publish to. Every one of several gets everything. */
export interface Target extends Named {
  /** The place without tag and digest: `oci://HOST/REPOSITORY`, `oci-layout:PATH` or `oci-archive:PATH`. */
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
  /** Points tags to the uploaded manifest. */
  tag(artifact: Artifact, tags: readonly TagName[], context: Context): Promise<readonly Moved[]>;
  /** Gives up what an upload that came to no tag has left behind. */
  discard(): Promise<void>;
}

/** Names tags. Those of several are concatenated; the same name twice counts once, immutable if any of them says so. */
export interface Tagger extends Named {
  /** Names tags for an artifact. */
  tags(artifact: Artifact, context: Context): Promise<readonly TagName[]>;
}
