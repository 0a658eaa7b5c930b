import type { Compression } from "../pack/compression.ts";
import type { ArchiveMeans } from "../pack/compression_choice.ts";
import type { PluginFactory } from "../pipeline/plugin.ts";
import type { RevisionStyle } from "../plugins/annotate/revision.ts";
import type { IgnoreReading } from "../plugins/filter/ignore_reading.ts";

/**
 * Everything that one ecosystem expects of an artifact: the shape of its layers, and all that differs from one
 * ecosystem to another on the way there.
 */
export interface Profile {
  /** Files at the root of a source that choose this profile when nobody asks for one by name. */
  readonly signs: readonly string[];
  /** The ecosystem's own ignore file, at the root of the source. */
  readonly ignoreFile?: string;
  /** Whose reading of ignore patterns counts. */
  readonly ignoreReading: IgnoreReading;
  /** Patterns that are left out unless the user says otherwise. */
  readonly defaultIgnores: readonly string[];
  /** Patterns that stand after the ignore file: rules of the ecosystem that no ignore file changes. */
  readonly ownRules: readonly string[];
  /** How a revision is written. */
  readonly revision: RevisionStyle;
  /** Annotations without which the ecosystem's tools show gaps. */
  readonly expects: readonly ("source" | "revision" | "version")[];
  /** Whether the ecosystem finds artifacts by their tags alone, so that one without a tag is lost. */
  readonly needsTag: boolean;
  /** Whether its bytes hold the time that stands for now. */
  readonly usesTime: boolean;
  /** How its layers may be compressed: what its consumers read. */
  readonly compressions: readonly Compression["kind"][];
  /** Whether the user chooses the artifact type; its consumers expect a certain one otherwise, or none. */
  readonly takesArtifactType: boolean;
  /** The media type of its config, where that tells its artifacts from others. */
  readonly configMediaType?: string;
  /** Makes the plugin that packs for it. */
  archive(means: ArchiveMeans): PluginFactory;
}
