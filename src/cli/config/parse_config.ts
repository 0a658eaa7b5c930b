import type { z } from "../../pipeline/schema.ts";
import { ConfigError } from "./config_error.ts";
import {
  type ConfigNode,
  type ConfigProblem,
  type ConfigText,
  keyOffset,
  keyProblems,
  quoteKey,
  valueOf,
  valueOffset,
} from "./config_node.ts";
import { type Config, CONFIG_SCHEMA } from "./config_schema.ts";
import { CONFIG_SIZE_LIMIT } from "./config_size_limit.ts";
import { locateProblems } from "./locate_problems.ts";
import { nearestKey } from "../../pipeline/nearest_key.ts";
import { readJsonc } from "./read_jsonc.ts";
import { readYaml } from "./read_yaml.ts";

/**
 * Parses a configuration file.
 *
 * @param text The file's content.
 * @param path The file's name for messages; its ending says the format: `.jsonc`, `.json`, `.yaml` or `.yml`.
 * @throws {ConfigError} Names every problem with line and column, in the order of the file.
 */
export function parseConfig(text: string, path: string): Config {
  if (text.length > CONFIG_SIZE_LIMIT) throw new ConfigError([`${path}: it is larger than 1 MiB`]);
  const { root, problems } = read(text, path);
  const broken = [...problems, ...(root === undefined ? [] : keyProblems(root))];
  if (root === undefined) throw new ConfigError(locateProblems(text, path, broken));
  const result = CONFIG_SCHEMA.safeParse(valueOf(root));
  if (result.success && broken.length === 0) return result.data;
  const known = new Set(broken.map(({ offset }) => offset));
  const found = (result.error?.issues ?? []).flatMap((issue) => issueProblems(root, issue));
  // Of a place that the reader could not make sense of, the schema has nothing to add.
  const more = found.filter(({ offset }) => !known.has(offset));
  throw new ConfigError(locateProblems(text, path, [...broken, ...more]));
}

function read(text: string, path: string): ConfigText {
  if (path.endsWith(".jsonc")) return readJsonc(text, { plain: false });
  if (path.endsWith(".json")) return readJsonc(text, { plain: true });
  if (/\.ya?ml$/.test(path)) return readYaml(text);
  throw new ConfigError([`${path}: the name of a configuration file ends in .jsonc, .json or .yaml`]);
}

function issueProblems(root: ConfigNode, issue: z.core.$ZodIssue): readonly ConfigProblem[] {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ offset: keyOffset(root, [...path, key]), message: unknownKey(key) }));
  }
  if (issue.code === "invalid_key") {
    const reason = issue.issues[0]?.message ?? message;
    return [{ offset: keyOffset(root, path), message: `${subject(path.slice(0, -1))}: ${reason}` }];
  }
  return [{ offset: valueOffset(root, path), message: `${subject(path)}${path.length === 0 ? "" : ":"} ${message}` }];
}

function unknownKey(key: string): string {
  const meant = nearestKey(key, Object.keys(CONFIG_SCHEMA.shape));
  return `unknown key ${quoteKey(key)}${meant === undefined ? "" : `, did you mean ${JSON.stringify(meant)}?`}`;
}

/** Writes a path as people do: `"targets[0]"`. */
function subject(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the configuration";
  const written = path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`).join("");
  return quoteKey(written.slice(1));
}
