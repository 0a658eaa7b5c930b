import { describeSchema, type JsonSchema, knownKeys } from "../../driver/issue_message.ts";
import { didYouMean } from "../../work/nearest_word.ts";
import type { z } from "../../pipeline/schema.ts";
import { readYaml } from "../../yaml/read_yaml.ts";
import { ConfigError } from "./config_error.ts";
import { PROFILE_NAMES } from "../../profiles/profiles.ts";
import { mustBe } from "./config_fields.ts";
import { type ConfigNode, type ConfigProblem, type ConfigText, keyProblems, quoteKey, valueOf } from "./config_node.ts";
import type { PathProblem, Positions } from "../../verbs/publish/publish_options.ts";
import { configPositions, placed } from "./config_positions.ts";
import { type Config, CONFIG_SCHEMA } from "./config_schema.ts";
import { CONFIG_SIZE_LIMIT } from "./config_size_limit.ts";
import { locateProblems } from "../../yaml/locate_problems.ts";
import { readJsonc } from "./read_jsonc.ts";
import { type ReadEnv, substituteEnv } from "./substitute_env.ts";

/** What a configuration file says, and where it says it. */
export interface ParsedConfig {
  readonly config: Config;
  readonly positions: Positions;
}

/** A configuration file and what it is read with. */
export interface ConfigFile {
  /** The file's name for messages; its ending says the format: `.jsonc`, `.json`, `.yaml` or `.yml`. */
  readonly path: string;
  /** Reads the environment variables that the file declares; none is set when left out. */
  readonly readEnv?: ReadEnv;
}

/**
 * Parses a configuration file.
 *
 * @param text The file's content.
 * @throws {ConfigError} Names every problem with line and column, in the order of the file.
 */
export function parseConfig(
  text: string,
  { path, readEnv = (): Record<string, string> => ({}) }: ConfigFile,
): ParsedConfig {
  if (text.length > CONFIG_SIZE_LIMIT) throw new ConfigError([`${path}: it is larger than 1 MiB`]);
  const written = readConfigText(text, path);
  const broken = [...written.problems, ...(written.root === undefined ? [] : keyProblems(written.root))];
  if (written.root === undefined) throw new ConfigError(locateProblems(text, path, broken));
  const { root, problems } = substituteEnv(written.root, readEnv);
  broken.push(...problems, ...profileProblems(root));
  const result = CONFIG_SCHEMA.safeParse(valueOf(root));
  if (result.success && broken.length === 0) {
    return { config: result.data as Config, positions: configPositions(root, { path, text }) };
  }
  const known = new Set(broken.map(({ offset }) => offset));
  const described = describeSchema(CONFIG_SCHEMA);
  const found = (result.error?.issues ?? []).flatMap((issue) => issueProblems(issue, described));
  // Of a place that the reader could not make sense of, the schema has nothing to add.
  const more = found.map((problem) => placed(root, problem)).filter(({ offset }) => !known.has(offset));
  throw new ConfigError(locateProblems(text, path, [...broken, ...more]));
}

/** A profile is built in, or declared in the same file. */
function profileProblems(root: ConfigNode): readonly ConfigProblem[] {
  const profile = root.kind === "object" ? root.byKey.get("profile")?.value : undefined;
  if (root.kind !== "object" || profile?.kind !== "scalar" || typeof profile.value !== "string") return [];
  const declared = root.byKey.get("profiles")?.value;
  const names = ["auto", ...PROFILE_NAMES, ...declared?.kind === "object" ? declared.byKey.keys() : []];
  if (profile.value === "" || names.includes(profile.value)) return [];
  const oneOf = `one of ${names.map((name) => JSON.stringify(name)).join(", ")}`;
  const message = mustBe(oneOf)({ input: profile.value }) + didYouMean(profile.value, names);
  return [placed(root, { path: ["profile"], message })];
}

/**
 * Reads a configuration file as its ending says, whatever it says.
 *
 * @throws {ConfigError} When the ending is none of a configuration file.
 */
export function readConfigText(text: string, path: string): ConfigText {
  if (path.endsWith(".jsonc")) return readJsonc(text, { plain: false });
  if (path.endsWith(".json")) return readJsonc(text, { plain: true });
  if (/\.ya?ml$/.test(path)) return readYaml(text);
  throw new ConfigError([`${path}: the name of a configuration file ends in .jsonc, .json, .yaml or .yml`]);
}

function issueProblems(issue: z.core.$ZodIssue, described: JsonSchema): readonly PathProblem[] {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const message = `unknown key ${quoteKey(key)}${didYouMean(key, knownKeys(described, path))}`;
      return { path: [...path, key], about: path, message, isKey: true };
    });
  }
  if (issue.code === "invalid_key") {
    return [{ path, about: path.slice(0, -1), message: issue.issues[0]?.message ?? message, isKey: true }];
  }
  if (issue.code === "invalid_union") {
    // Only one of the forms begins like what is there, so only what it says is of use.
    const meant = issue.errors.find((issues) => !issues.some(isOfAnotherKind));
    if (meant !== undefined) {
      return meant.flatMap((inner) => issueProblems({ ...inner, path: [...path, ...inner.path] }, described));
    }
  }
  return [{ path, message }];
}

function isOfAnotherKind({ code, path }: z.core.$ZodIssue): boolean {
  return code === "invalid_type" && path.length === 0;
}
