import { join } from "node:path";
import { UNKNOWN_ARTIFACT_TYPE } from "../../oci/media_types.ts";
import type { Compression } from "../../pack/compression.ts";
import type { ArchiveMeans, CompressionChoice, GzipChoice } from "../../pack/compression_choice.ts";
import type { RevisionStyle } from "../../plugins/annotate/revision.ts";
import { FLUX_DEFAULT_IGNORES } from "../../plugins/filter/default_ignores.ts";
import type { IgnoreReading } from "../../plugins/filter/ignore_reading.ts";
import { flux } from "../../profiles/flux.ts";
import { generic } from "../../profiles/generic.ts";
import { image } from "../../profiles/image.ts";
import { timoni } from "../../profiles/timoni.ts";
import type { ProfileName } from "../built_in_names.ts";
import { UsageError } from "../usage_error.ts";
import type { BuiltIn } from "./stages/stage_entry.ts";

export type { ProfileName } from "../built_in_names.ts";

/** What an ecosystem expects beyond the shape of its archive. */
export interface Profile {
  /** Patterns that are left out unless the user says otherwise. */
  readonly defaultIgnores: readonly string[];
  /** The ecosystem's own ignore file, at the root of the source. */
  readonly ignoreFile?: string;
  /** Patterns that stand after that file: rules of the ecosystem that no ignore file changes. */
  readonly ownRules: readonly string[];
  /** Who says what an ignore pattern means. */
  readonly ignoreReading: IgnoreReading;
  /** How a revision is written. */
  readonly revision: RevisionStyle;
  /** Annotations without which the ecosystem's tools show gaps. */
  readonly expects: readonly ("source" | "revision" | "version")[];
  /**
   * The plugin of the archive stage, with its options.
   *
   * @throws {UsageError} When the ecosystem has no use for what was chosen.
   */
  archive(options: ArchiveOptions): BuiltIn;
}

/** What the user may choose about an archive. */
export interface ArchiveOptions {
  readonly compression: Compression;
  readonly artifactType?: string;
}

/** All profiles that are built. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  generic: {
    defaultIgnores: [],
    ownRules: [],
    ignoreReading: "git",
    revision: "commit",
    expects: [],
    archive: (options) => ({
      factory: generic(meansOf(options)),
      options: { ...compressionOf(options), artifactType: options.artifactType ?? UNKNOWN_ARTIFACT_TYPE },
    }),
  },
  flux: {
    defaultIgnores: FLUX_DEFAULT_IGNORES,
    ignoreFile: ".sourceignore",
    ownRules: [],
    ignoreReading: "go-git",
    revision: "flux",
    expects: ["source", "revision"],
    archive: (options) => ({ factory: flux(meansOf(options)), options: onlyGzip("flux", options) }),
  },
  timoni: {
    defaultIgnores: [],
    ignoreFile: "timoni.ignore",
    // Timoni packs the root's cue.mod whole, whatever its ignore file says, and no other cue.mod at all.
    ownRules: ["cue.mod/", "!/cue.mod", "/cue.mod/**/.git"],
    ignoreReading: "go-git",
    revision: "commit",
    expects: ["version"],
    archive: (options) => ({ factory: timoni(meansOf(options)), options: onlyGzip("timoni", options) }),
  },
  image: {
    defaultIgnores: [],
    ownRules: [],
    ignoreReading: "git",
    revision: "commit",
    expects: [],
    archive: (options) => ({ factory: image(meansOf(options)), options: noArtifactType("image", options) }),
  },
};

function meansOf({ compression }: ArchiveOptions): ArchiveMeans {
  return compression.kind === "gzip" ? { workers: compression.workers } : {};
}

function compressionOf({ compression }: ArchiveOptions): CompressionChoice {
  if (compression.kind === "none") return { compression: "none" };
  return { compression: compression.kind, compressionLevel: compression.level };
}

function onlyGzip(profile: ProfileName, options: ArchiveOptions): GzipChoice {
  noArtifactType(profile, options);
  const { compression } = options;
  if (compression.kind === "gzip") return { compressionLevel: compression.level };
  throw new UsageError(
    `Cannot use compression "${compression.kind}" with profile "${profile}": its consumers read gzip only`,
  );
}

function noArtifactType(profile: ProfileName, options: ArchiveOptions): CompressionChoice {
  if (options.artifactType === undefined) return compressionOf(options);
  throw new UsageError(
    `Cannot use an artifact type with profile "${profile}": its consumers expect none, use profile "generic"`,
  );
}

/** Which profile it is, and why. */
export interface ChosenProfile {
  readonly name: ProfileName;
  readonly because: string;
  /** Set when nobody has asked for it by name. */
  readonly isDetected?: boolean;
}

/** Says which profile was chosen, why, and how to choose another. */
export function profileLine({ name, because, isDetected }: ChosenProfile): string {
  return `Profile ${name}: ${because}${isDetected ? "; choose another with --profile" : ""}`;
}

/** Files at the root of a directory that choose a profile; the first one counts. */
const SIGNS: readonly (readonly [file: string, profile: ProfileName])[] = [
  ["timoni.cue", "timoni"],
  [".sourceignore", "flux"],
];

/**
 * Chooses a profile by what lies in a source directory.
 *
 * @param source The source as it was written; anything but a directory is `generic`.
 */
export async function detectProfile(source: string): Promise<ChosenProfile> {
  if (source === "-" || await isFile(source)) {
    return { name: "generic", because: "the source is no directory", isDetected: true };
  }
  for (const [file, name] of SIGNS) {
    if (await isFile(join(source, file))) return { name, because: `there is a ${file}`, isDetected: true };
  }
  return { name: "generic", because: `there is no ${SIGNS.map(([file]) => file).join(" and no ")}`, isDetected: true };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // A source that cannot be read is reported by the collector, with its reason.
    return false;
  }
}
