import { z } from "../../pipeline/schema.ts";
import { parseReference } from "../../oci/reference.ts";
import { parseTag } from "../../oci/tag.ts";
import { parseVersion } from "../../oci/version.ts";
import { duration } from "../options.ts";
import { PROFILE_NAMES } from "../profile_names.ts";

/** What a configuration file may say: each field once, for the check of a file and for the JSON Schema. */
export const CONFIG_SCHEMA = z.strictObject({
  $schema: string()
    .describe("Where an editor finds the JSON Schema of this file.")
    .exactOptional(),
  source: path()
    .describe("What is published: a directory or a file, relative to this file, or - for standard input.")
    .exactOptional(),
  profile: oneOf(["auto", ...PROFILE_NAMES])
    .describe("The shape that an ecosystem expects; auto chooses by what lies in the source.")
    .exactOptional(),
  targets: list(parsedBy(parseReference).meta({ pattern: "^(oci://|oci-layout:|oci-archive:)" }))
    .min(1, "must name at least one target")
    .describe(
      "Where to publish: oci://HOST/REPOSITORY[:TAG], oci-layout:PATH[:TAG] or oci-archive:PATH[:TAG], paths relative to this file.",
    )
    .exactOptional(),
  version: parsedBy(parseVersion)
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
  ignoreFile: path()
    .describe("A file with more patterns, relative to this file.")
    .exactOptional(),
  defaultIgnores: boolean()
    .describe("Whether to leave out what is left out by default, such as .git.")
    .exactOptional(),
  symlinks: oneOf(["follow", "skip", "error"])
    .describe("What to do with symbolic links.")
    .exactOptional(),
  artifactType: string().min(1, "must not be empty")
    .describe("The artifact type, for the generic profile.")
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
  timeout: string().refine(isDuration, "must be a duration up to 24h, such as 30s, 5m or 1h")
    .describe("How long a request may make no progress before it is given up, such as 30s, 5m or 1h.")
    .exactOptional(),
  stdinName: path()
    .describe("What standard input is called in the artifact.")
    .exactOptional(),
}, { error: mustBe("an object") }).meta({
  title: "gantry configuration",
  description: "What gantry publishes and where to; flags win over this file.",
});

/** What a configuration file says; what it does not say is absent. */
export type Config = FlatReadonly<z.infer<typeof CONFIG_SCHEMA>>;

/** Read-only down to the lists and records that the fields hold. */
type FlatReadonly<T> = { readonly [K in keyof T]: Readonly<T[K]> };

function string(): z.ZodString {
  const error = mustBe("a string");
  return z.string({
    error: (issue) => {
      // YAML takes 1.10 for a number and true for a boolean.
      const unquoted = typeof issue.input === "number" || typeof issue.input === "boolean";
      return `${error(issue)}${unquoted ? ": put it in quotes" : ""}`;
    },
  });
}

function path(): z.ZodString {
  return string().min(1, "must not be empty");
}

function boolean(): z.ZodBoolean {
  return z.boolean({ error: mustBe("true or false") });
}

function wholeNumber(least: number, most: number): z.ZodInt {
  const error = mustBe(`a whole number from ${least} to ${most}`);
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function list<Item extends z.ZodType>(item: Item): z.ZodArray<Item> {
  return z.array(item, { error: mustBe("a list") });
}

function oneOf<const Name extends string>(names: readonly Name[]): z.ZodEnum<{ [N in Name]: N }> {
  return z.enum(names, { error: mustBe(`one of ${names.map((name) => JSON.stringify(name)).join(", ")}`) });
}

/** A string that a parser of ours takes; the parser's own message says what is wrong with it. */
function parsedBy(parse: (text: string) => unknown): z.ZodString {
  return string().check((context) => {
    try {
      parse(context.value);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      context.issues.push({ code: "custom", message, input: context.value });
    }
  });
}

function isDuration(text: string): boolean {
  try {
    duration(text);
    return true;
  } catch {
    return false;
  }
}

function mustBe(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `must be ${what}, not ${describe(input)}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
