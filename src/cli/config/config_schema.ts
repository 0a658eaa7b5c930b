import type { Kind } from "../../options/kind.ts";
import type { Option } from "../../options/option.ts";
import { PUBLISHING, type Publishing } from "../../options/publishing.ts";
import { z } from "../../pipeline/schema.ts";
import {
  boolean,
  duration,
  filled,
  listOf,
  mustBe,
  object,
  oneOf,
  parsedBy,
  string,
  wholeNumber,
} from "./config_fields.ts";
import type { OwnProfile } from "../../profiles/own/declaration.ts";
import { PROFILES_SCHEMA } from "./profiles_schema.ts";
import { PIPELINE_SCHEMA, type PipelineConfig } from "./pipeline_schema.ts";

/**
 * What a configuration file may say, for the check of a file and for the JSON Schema: the options, and a little more.
 */
export const CONFIG_SCHEMA = object({
  $schema: string()
    .describe("Where an editor finds the JSON Schema of this file.")
    .exactOptional(),
  ...optionFields(),
  env: listOf(string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable"))
    .describe("The environment variables that ${NAME} in the other values may stand for.")
    .exactOptional(),
  profiles: PROFILES_SCHEMA
    .describe("Profiles of your own, by their names: the shape of an artifact, said without code.")
    .exactOptional(),
  pipeline: PIPELINE_SCHEMA
    .describe("The plugins of each stage; a list replaces the stage's own, and flags come first all the same.")
    .exactOptional(),
}).meta({
  title: "gantry configuration",
  description: "What gantry publishes and where to; flags win over this file.",
});

/** What a configuration file says; what it does not say is absent. */
export interface Config extends Omit<Publishing, "timeout"> {
  readonly $schema?: string;
  /** Such as `30s`. */
  readonly timeout?: string;
  readonly env?: readonly string[];
  readonly profiles?: Readonly<Record<string, OwnProfile>>;
  readonly pipeline?: Readonly<PipelineConfig>;
}

/** The fields of the options that a file may say, in the order of their table. */
function optionFields(): Readonly<Record<string, z.ZodType>> {
  const rows: readonly [string, Option][] = Object.entries(PUBLISHING);
  return Object.fromEntries(rows.flatMap(([name, { kind, field }]) => {
    return field === undefined ? [] : [[name, fieldOf(kind).describe(field).exactOptional()]];
  }));
}

/** One of some words for editors, and any other name. */
function named(words: readonly string[]): z.ZodType {
  return filled().meta({ anyOf: [{ enum: words }, { pattern: "^[a-z]" }] });
}

function fieldOf(kind: Kind): z.ZodType {
  switch (kind.kind) {
    case "text":
      if (kind.parse !== undefined) return parsedBy(kind.parse).meta({ minLength: 1 });
      return kind.mayBeEmpty ? string() : filled();
    case "path":
      return filled();
    case "choice":
      return kind.isOpen ? named(kind.words) : oneOf(kind.words);
    case "switch":
      return boolean();
    case "whole number":
      return wholeNumber(kind.least, kind.most);
    case "duration":
      return duration();
    case "texts": {
      const { parse, pattern, atLeastOne } = kind;
      const item = parse === undefined ? string() : parsedBy(parse);
      const items = listOf(pattern === undefined ? item : item.meta({ pattern }));
      return atLeastOne === undefined ? items : items.min(1, atLeastOne);
    }
    case "pairs": {
      const { key = "a key", isValue, rule } = kind;
      const value = isValue === undefined ? string() : string().refine(isValue, `must be ${rule}`);
      return z.record(string().min(1, `${key} must not be empty`), value, { error: mustBe("an object of strings") });
    }
  }
}
