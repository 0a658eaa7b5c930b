import type { Compression } from "../pack/compression.ts";
import type { ArchiveMeans } from "../pack/compression_choice.ts";
import type { Describe } from "../pipeline/annotate.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { PluginFactory } from "../pipeline/plugin.ts";
import type { RevisionStyle } from "../plugins/annotate/revision.ts";
import type { IgnoreReading } from "../plugins/filter/ignore_reading.ts";
import type { OnlyMeans } from "../plugins/filter/only.ts";
import type { Context } from "../work/context.ts";

/**
 * Everything that one ecosystem expects of an artifact: the shape of its layers, and all that differs from one
 * ecosystem to another on the way there.
 */
export interface Profile {
  /** Files at the root of a source that choose this profile when nobody asks for one by name. */
  readonly signs: readonly string[];
  /** Says why a source without such a file is of this profile; `undefined` when it is not. */
  recognizes?(source: SourceListing): Promise<string | undefined>;
  /**
   * What the source itself says that it is, for ecosystems whose sources do.
   *
   * @param given The version that was asked for.
   * @throws {SourceError} When it does not say it as the ecosystem has it, or the version does not go together with
   *   what it says; names the file and the line.
   */
  identify?(source: SourceView, given: { readonly version?: string | undefined }): Promise<SourceIdentity>;
  /**
   * How a version is written as a tag; as it is when left out, and then it has no build metadata.
   *
   * @throws {SyntaxError} When the ecosystem has no tag for it.
   */
  tagOf?(version: string): string;
  /** Set when an archive is published as it is, and not what is in it, with files beside it whose names go on so. */
  readonly archiveWith?: readonly string[];
  /** The ecosystem's own ignore file, at the root of the source. */
  readonly ignoreFile?: string;
  /** Whether its consumers read the ignore file themselves, so that it is of use in other artifacts too. */
  readonly isIgnoreFileRead?: boolean;
  /** Whose reading of ignore patterns counts. */
  readonly ignoreReading: IgnoreReading;
  /** Patterns that are left out unless the user says otherwise. */
  readonly defaultIgnores: readonly string[];
  /** Patterns that stand after the ignore file: rules of the ecosystem that no ignore file changes. */
  readonly ownRules: readonly string[];
  /** Which files there may be, where the ecosystem has no use for others. */
  readonly only?: OnlyMeans;
  /** How a revision is written. */
  readonly revision: RevisionStyle;
  /** Annotations without which the ecosystem's tools show gaps. */
  readonly expects: readonly ("source" | "revision" | "version")[];
  /** Whether the ecosystem finds artifacts by their tags alone, so that one without a tag is lost. */
  readonly needsTag: boolean;
  /** Tells whether it finds artifacts by a tag; by any when left out. */
  isFindable?(tag: string): boolean;
  /** Whether its bytes hold the time that stands for now. */
  readonly usesTime: boolean;
  /**
   * How its layers may be compressed: what its consumers read; none when nothing of it is compressed. A `zip`
   * compresses in its own way, of which only the level can be chosen.
   */
  readonly compressions: readonly (Compression["kind"] | "zip")[];
  /** What else the user chooses; its consumers expect a certain thing otherwise, or nothing of the kind. */
  readonly takes: readonly TakenOption[];
  /** The type of its artifacts, where that tells them from others. */
  readonly artifactType?: string;
  /** The media type of its config, where that tells its artifacts from others. */
  readonly configMediaType?: string;
  /** The media types that its layers have, where the config's alone does not tell its artifacts from others. */
  readonly layerMediaTypes?: readonly string[];
  /** A file that says of which commit it was made, and so is another one each time though it says nothing else. */
  readonly passing?: {
    readonly path: string;
    /** Gives what else it says, so that two can be compared. */
    without(content: Uint8Array<ArrayBuffer>): string;
  };
  /** Makes the plugin that packs for it. */
  archive(means: ArchiveMeans): PluginFactory;
  /** Makes the plugin that knows annotations by the source's own files. */
  annotate?(): PluginFactory;
  /** Says in the config what the annotations of the manifest say, for consumers that look for it there. */
  readonly describe?: Describe;
  /**
   * The files as consumers get to see them, where that is not as they lie in the source.
   *
   * @throws {SourceError} When they are nothing that can be packed.
   */
  arrange?(
    entries: readonly Entry[],
    choice: {
      readonly version?: string | undefined;
      readonly appVersion?: string | undefined;
      readonly revision?: string | undefined;
    },
    context: Context,
  ): Promise<readonly Entry[]>;
}

/** An option of publishing that only some profiles have a use for. */
export type TakenOption =
  | "artifactType"
  | "appVersion"
  | "mediaTypes"
  | "labels"
  | "platform"
  | "base"
  | "entrypoint"
  | "imageEnv"
  | "trivy";

/** Which files a source has. */
export interface SourceListing {
  /** What holds them; an archive is not unpacked. */
  readonly kind: "directory" | "archive";
  /**
   * Gives them as far as they are asked for: those at the root first, and otherwise in no certain order. What is left
   * out by default is not among them.
   */
  files(): AsyncIterable<{ readonly path: string; readonly size: number }>;
  /** Tells whether there is a file, without a look at all the others where that can be done. */
  has(path: string): Promise<boolean>;
}

/** A source before anything is collected. */
export interface SourceView {
  /** The source as it was written. */
  readonly location: string;
  /** What it is; `other` is a file that is no archive, or standard input. */
  readonly kind: "directory" | "archive" | "other";
  /** Reads a file of a directory; `undefined` when there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Reads the file that the source is. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What a source says that it is. */
export interface SourceIdentity {
  /** What its repository ends in: its last part, or several of them; left out where it may end in anything. */
  readonly name?: string;
  /** SemVer, with build metadata where it has some; left out where sources do not say it. */
  readonly version?: string;
  /** Where it says so, for people. */
  readonly from: string;
  /** Set when nothing of it can be changed, because it is published as it is. */
  readonly isFixed: boolean;
}
