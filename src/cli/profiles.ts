import type { RevisionStyle } from "../plugins/annotate/revision.ts";
import type { Compression, Gzip } from "../plugins/archive/compression.ts";
import { flux } from "../plugins/archive/flux.ts";
import { generic } from "../plugins/archive/generic.ts";
import { image } from "../plugins/archive/image.ts";
import { timoni } from "../plugins/archive/timoni.ts";
import { FLUX_DEFAULT_IGNORES } from "../plugins/filter/default_ignores.ts";
import type { Archiver } from "../pipeline/plugin.ts";
import type { ProfileName } from "./profile_names.ts";
import { UsageError } from "./usage_error.ts";

export type { ProfileName } from "./profile_names.ts";

/** What an ecosystem expects beyond the shape of its archive. */
export interface Profile {
  /** Patterns that are left out unless the user says otherwise. */
  readonly defaultIgnores: readonly string[];
  /** The ecosystem's own ignore file, at the root of the source. */
  readonly ignoreFile?: string;
  /** Patterns that stand after that file: rules of the ecosystem that no ignore file changes. */
  readonly ownRules: readonly string[];
  /** How a revision is written. */
  readonly revision: RevisionStyle;
  /** Annotations without which the ecosystem's tools show gaps. */
  readonly expects: readonly ("source" | "revision" | "version")[];
  /** Makes the plugin of the archive stage. */
  archiver(options: ArchiveOptions): Archiver;
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
    revision: "commit",
    expects: [],
    archiver: (options) => generic(options),
  },
  flux: {
    defaultIgnores: FLUX_DEFAULT_IGNORES,
    ignoreFile: ".sourceignore",
    ownRules: [],
    revision: "flux",
    expects: ["source", "revision"],
    archiver: (options) => flux(onlyGzip("flux", options)),
  },
  timoni: {
    defaultIgnores: [],
    ignoreFile: "timoni.ignore",
    // Timoni packs the root's cue.mod whole, whatever its ignore file says, and no other cue.mod at all.
    ownRules: ["/*/**/cue.mod/", "!/cue.mod", "!/cue.mod/**", "/cue.mod/**/.git"],
    revision: "commit",
    expects: ["version"],
    archiver: (options) => timoni(onlyGzip("timoni", options)),
  },
  image: {
    defaultIgnores: [],
    ownRules: [],
    revision: "commit",
    expects: [],
    archiver: (options) => image(noArtifactType("image", options)),
  },
};

function onlyGzip(profile: ProfileName, options: ArchiveOptions): Gzip {
  const compression = noArtifactType(profile, options);
  if (compression.kind === "gzip") return compression;
  throw new UsageError(
    `Cannot use compression "${compression.kind}" with profile "${profile}": its consumers read gzip only`,
  );
}

function noArtifactType(profile: ProfileName, { compression, artifactType }: ArchiveOptions): Compression {
  if (artifactType === undefined) return compression;
  throw new UsageError(
    `Cannot use an artifact type with profile "${profile}": its consumers expect none, use profile "generic"`,
  );
}
