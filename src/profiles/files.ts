import { isMediaType, UNKNOWN_ARTIFACT_TYPE } from "../oci/media_types.ts";
import { rawLayers } from "../pack/raw_layers.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { SourceError } from "../pipeline/source_error.ts";
import { gitRules } from "../plugins/filter/git_rules.ts";
import type { Profile } from "./profile.ts";

/** Files as they are, a layer each: `oras pull`, image volumes of CRI-O, Artifact Hub. */
export const FILES_PROFILE: Profile = {
  signs: [],
  ignoreReading: "git",
  defaultIgnores: [],
  ownRules: [],
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: false,
  compressions: [],
  takes: ["artifactType", "mediaTypes"],
  archive: files,
};

/** What kind of artifact it is, and what its files are. */
export interface FilesChoice {
  /** The artifact's type (RFC 6838). */
  readonly artifactType: string;
  /** Media types (RFC 6838) by patterns in gitignore syntax; the last pattern that matches a path counts. */
  readonly mediaTypes?: Readonly<Record<string, string>> | undefined;
}

/**
 * One layer for each file, its path as the title, as `oras push` makes them of files. No archive, no compression: who
 * mounts a layer or fetches it has the file.
 */
export function files(): Factory<"archive", FilesChoice> {
  return (kit) => {
    const mediaType = kit.z.string().refine(isMediaType, "must be a media type, such as application/json");
    return kit.plugin({
      name: "files",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A layer for each file, as it is, for oras, CRI-O and Artifact Hub.",
      options: kit.z.strictObject({
        artifactType: kit.z.string().min(1).default(UNKNOWN_ARTIFACT_TYPE).describe("The artifact type (RFC 6838)."),
        mediaTypes: kit.z.record(kit.z.string().min(1), mediaType).optional().describe(
          `The media types of files, by patterns in gitignore syntax; ${FILE_MEDIA_TYPE} where none matches.`,
        ),
      }),
      async run({ entries }, { artifactType, mediaTypes = {} }, context): Promise<Contents> {
        const types = typesByPattern(entries, mediaTypes);
        const executable = entries.find(({ executable }) => executable);
        if (executable !== undefined) {
          context.log.info(`Nothing in the artifact says that ${JSON.stringify(executable.path)} can be executed`);
        }
        return {
          artifactType,
          layers: await rawLayers(entries, (path) => types.get(path) ?? FILE_MEDIA_TYPE, context),
        };
      },
    });
  };
}

/** What a file is of which nothing is known. */
const FILE_MEDIA_TYPE = "application/octet-stream";

function typesByPattern(
  entries: readonly Entry[],
  mediaTypes: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const [pattern, mediaType] of Object.entries(mediaTypes)) {
    const rules = gitRules([{ from: "media types", patterns: [pattern] }]);
    const matched = entries.filter(({ path, kind }) => kind === "file" && rules.ignores(path, kind) !== undefined);
    if (matched.length === 0) {
      throw new SourceError(`Cannot use media type ${mediaType}: no file matches ${JSON.stringify(pattern)}`);
    }
    for (const { path } of matched) types.set(path, mediaType);
  }
  return types;
}
