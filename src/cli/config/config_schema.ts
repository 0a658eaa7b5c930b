import { parseReference, REFERENCE_PATTERN } from "../../oci/reference.ts";
import { parseTag } from "../../oci/tag.ts";
import { isMediaType } from "../../oci/media_types.ts";
import { parseFullVersion } from "../../oci/version.ts";
import { z } from "../../pipeline/schema.ts";
import { PROFILE_NAMES } from "../../profiles/profiles.ts";
import {
  boolean,
  duration,
  filled,
  list,
  mustBe,
  object,
  oneOf,
  parsedBy,
  string,
  wholeNumber,
} from "./config_fields.ts";
import { PIPELINE_SCHEMA } from "./pipeline_schema.ts";

/** What a configuration file may say: each field once, for the check of a file and for the JSON Schema. */
export const CONFIG_SCHEMA = object({
  $schema: string()
    .describe("Where an editor finds the JSON Schema of this file.")
    .exactOptional(),
  source: filled()
    .describe("What is published: a directory or a file, relative to this file, or - for standard input.")
    .exactOptional(),
  profile: oneOf(["auto", ...PROFILE_NAMES])
    .describe("The shape that an ecosystem expects; auto chooses by what lies in the source.")
    .exactOptional(),
  targets: list(parsedBy(parseReference).meta({ pattern: REFERENCE_PATTERN }))
    .min(1, "must name at least one target")
    .describe(
      "Where to publish: oci://HOST/REPOSITORY[:TAG], oci-layout:PATH[:TAG] or oci-archive:PATH[:TAG], paths relative to this file.",
    )
    .exactOptional(),
  version: parsedBy(parseFullVersion)
    .describe("The version, as SemVer without a leading v: a tag that never moves, and an annotation.")
    .exactOptional(),
  latest: boolean()
    .describe("Whether to tag latest as well; not for pre-releases.")
    .exactOptional(),
  tags: list(parsedBy(parseTag))
    .describe("Further tags, which may move.")
    .exactOptional(),
  immutable: boolean()
    .describe("Whether no tag may move, not only the version.")
    .exactOptional(),
  annotations: z.record(string().min(1, "a key must not be empty"), string(), { error: mustBe("an object of strings") })
    .describe("Annotations of the manifest.")
    .exactOptional(),
  ignore: list(string())
    .describe("Patterns of what to leave out, in gitignore syntax.")
    .exactOptional(),
  ignoreFile: filled()
    .describe("A file with more patterns, relative to this file.")
    .exactOptional(),
  defaultIgnores: boolean()
    .describe("Whether to leave out what is left out by default, such as .git.")
    .exactOptional(),
  symlinks: oneOf(["follow", "skip", "error"])
    .describe("What to do with symbolic links.")
    .exactOptional(),
  artifactType: filled()
    .describe("The artifact type, for profiles whose consumers leave it open.")
    .exactOptional(),
  appVersion: filled()
    .describe("The version of the application that a chart installs, in the place of the one in Chart.yaml.")
    .exactOptional(),
  mediaTypes: z.record(
    string().min(1, "a pattern must not be empty"),
    string().refine(isMediaType, "must be a media type, such as application/json"),
    { error: mustBe("an object of strings") },
  )
    .describe("The media types of files, by patterns in gitignore syntax, for profiles that publish each as it is.")
    .exactOptional(),
  compression: oneOf(["gzip", "zstd", "none"])
    .describe("How layers are compressed.")
    .exactOptional(),
  compressionLevel: wholeNumber(1, 19)
    .describe("How hard to compress: 1 to 9 for gzip, 1 to 19 for zstd.")
    .exactOptional(),
  concurrency: wholeNumber(1, 64)
    .describe("How many blobs are sent at a time.")
    .exactOptional(),
  retries: wholeNumber(0, 20)
    .describe("How often a failed request is repeated.")
    .exactOptional(),
  timeout: duration()
    .describe("How long a request may make no progress before it is given up, such as 30s, 5m or 1h.")
    .exactOptional(),
  stdinName: filled()
    .describe("What standard input is called in the artifact.")
    .exactOptional(),
  env: list(string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable"))
    .describe("The environment variables that ${NAME} in the other values may stand for.")
    .exactOptional(),
  pipeline: PIPELINE_SCHEMA
    .describe("The plugins of each stage; a list replaces the stage's own, and flags come first all the same.")
    .exactOptional(),
}).meta({
  title: "gantry configuration",
  description: "What gantry publishes and where to; flags win over this file.",
});

/** What a configuration file says; what it does not say is absent. */
export type Config = FlatReadonly<z.infer<typeof CONFIG_SCHEMA>>;

/** Read-only down to the lists and records that the fields hold. */
type FlatReadonly<T> = { readonly [K in keyof T]: Readonly<T[K]> };
