import { isMediaType } from "../../oci/media_types.ts";
import { z } from "../../pipeline/schema.ts";
import { isProfileName } from "../../profiles/profiles.ts";
import { boolean, filled, listOf, mustBe, object, oneOf, string } from "./config_fields.ts";

const NAME_REGEXP = /^[a-z][a-z0-9-]{0,62}$/;

const MEDIA_TYPE = string().refine(isMediaType, "must be a media type, such as application/vnd.acme.rules.v1");
const PATTERNS = listOf(filled()).min(1, "must name at least one pattern");
const PATH = filled().refine(isInside, 'must be a path in the source, without "..", such as config/falco.json');
const ANNOTATIONS = z.record(string().min(1, "a key must not be empty"), placeholders(["version"]), {
  error: mustBe("an object of strings"),
});

const CONFIG = object({
  mediaType: MEDIA_TYPE.describe("The media type of the config."),
  file: PATH.describe("A file of the source, published as it is.").exactOptional(),
  json: z.unknown()
    .describe('JSON; "{version}" stands for the version, "{digests}" and "{diffIds}" for the digests of all layers.')
    .exactOptional(),
  text: string().describe("A text, published as it is; it may be empty.").exactOptional(),
}).refine((config) => ["file", "json", "text"].filter((key) => key in config).length === 1, {
  error: 'must have exactly one of "file", "json" and "text"',
});

const LAYER = object({
  files: PATTERNS.describe("Which files, in gitignore syntax; each goes into the first layer that matches it."),
  as: oneOf(["raw", "tar", "tar+gzip", "zip"]).describe("How they are packed; raw makes a layer of each file."),
  mediaType: MEDIA_TYPE.describe("The media type of the layer."),
  prefix: PATH.describe("A directory that all paths begin with.").exactOptional(),
  title: placeholders(["version", "path", "name"])
    .describe('The title: "{path}" for a raw file and none for an archive when left out, none when empty.')
    .exactOptional(),
  annotations: ANNOTATIONS.describe("Annotations of the layer.").exactOptional(),
}).refine(({ as, title = "" }) => as === "raw" || !/\{(?:path|name)\}/.test(title), {
  error: '"{path}" and "{name}" stand for a file, and this layer is an archive',
  path: ["title"],
});

const PROFILE = object({
  artifactType: MEDIA_TYPE.describe("The type of the artifact.").exactOptional(),
  config: CONFIG.describe("The config; OCI's empty one when left out.").exactOptional(),
  layers: listOf(LAYER).min(1, "must have at least one layer").describe("In the order of the manifest."),
  ignoreFile: PATH.describe("An ignore file at the root of the source.").exactOptional(),
  ignore: listOf(filled()).describe("Patterns of what is left out by default.").exactOptional(),
  annotations: ANNOTATIONS.describe("Annotations of the manifest, where nobody says others.").exactOptional(),
  version: object({
    file: PATH.describe("A file of the source, in JSON or YAML."),
    at: string().regex(/^(?:\/[^/]*)+$/, "must be a JSON Pointer, such as /version").describe("Where in it."),
  }).describe("Where the source itself says its version.").exactOptional(),
  tag: placeholders(["version"]).refine((text) => text.includes("{version}"), 'must have "{version}" in it')
    .describe('How a version is written as a tag, such as "v{version}".').exactOptional(),
  needsTag: boolean().describe("Whether an artifact without a tag is of no use.").exactOptional(),
}).refine(({ artifactType, config }) => artifactType !== undefined || config !== undefined, {
  error: 'must have an "artifactType" or a "config", or nobody could tell its artifacts from others',
});

/** Profiles of the user's own, by their names. */
export const PROFILES_SCHEMA = z.record(
  string().regex(
    NAME_REGEXP,
    "the name of a profile has lower-case letters, digits and dashes, and begins with a letter",
  )
    .refine((name) => name !== "auto" && !isProfileName(name), "there is a profile of this name already"),
  PROFILE,
  { error: mustBe("an object of profiles") },
);

/** A text with nothing in braces but what it knows. */
function placeholders(known: readonly string[]): z.ZodString {
  return string().check((context) => {
    const unknown = [...context.value.matchAll(/\{([a-zA-Z]*)\}/g)].find(([, name = ""]) => !known.includes(name));
    if (unknown === undefined) return;
    const names = known.map((name) => `{${name}}`).join(", ");
    context.issues.push({
      code: "custom",
      message: `${unknown[0]} stands for nothing here: there is ${names}`,
      input: context.value,
    });
  });
}

function isInside(path: string): boolean {
  const parts = path.replace(/\/$/, "").split("/");
  return !path.includes("\\") && parts.every((part) => part !== "" && part !== "." && part !== "..");
}
