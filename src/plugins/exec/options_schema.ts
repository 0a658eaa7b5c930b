import { didYouMean } from "../../work/nearest_word.ts";
import { z } from "../../pipeline/schema.ts";
import { messageOf } from "../../work/message_of.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"];
/** What each keyword takes. A keyword that is not here would be ignored, and the options with it; so it is refused. */
const KEYWORDS: Readonly<Record<string, z.ZodType>> = {
  $schema: z.string(),
  $id: z.string(),
  $comment: z.string(),
  title: z.string(),
  description: z.string(),
  default: z.unknown(),
  examples: z.array(z.unknown()),
  deprecated: z.boolean(),
  type: z.union([z.enum(TYPES), z.array(z.enum(TYPES)).min(1)]),
  enum: z.array(z.unknown()).min(1),
  const: z.unknown(),
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()),
  additionalProperties: z.unknown(),
  propertyNames: z.unknown(),
  minProperties: z.int().min(0),
  maxProperties: z.int().min(0),
  items: z.unknown(),
  minItems: z.int().min(0),
  maxItems: z.int().min(0),
  uniqueItems: z.boolean(),
  minLength: z.int().min(0),
  maxLength: z.int().min(0),
  pattern: z.string(),
  format: z.enum(["date", "date-time", "email", "ipv4", "ipv6", "time", "uri", "uuid"]),
  minimum: z.number(),
  maximum: z.number(),
  exclusiveMinimum: z.number(),
  exclusiveMaximum: z.number(),
  multipleOf: z.number().positive(),
  anyOf: z.array(z.unknown()).min(1),
  oneOf: z.array(z.unknown()).min(1),
  $ref: z.string(),
  $defs: z.record(z.string(), z.unknown()),
};
/** The keywords that hold schemas: one, a list of them, or several by name. */
const ONE = ["additionalProperties", "propertyNames", "items"];
const LISTED = ["anyOf", "oneOf"];
const NAMED = ["properties", "$defs"];

/**
 * Makes what checks options of a JSON Schema (2020-12, without the keywords that combine or exclude whole schemas).
 *
 * An object that does not say what else it may have has nothing else: a misspelt option is an error.
 *
 * @throws {SyntaxError} When it is no such schema; says where.
 */
export function optionsSchema(schema: JsonSchema): z.ZodType {
  if (schema["type"] !== "object") throw new SyntaxError('"optionsSchema" must have the "type" "object"');
  const strict = checkedSchema(schema, "optionsSchema");
  try {
    return z.fromJSONSchema(strict);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new SyntaxError(`"optionsSchema" cannot be used: ${reason}`, { cause });
  }
}

function checkedSchema(schema: unknown, where: string): JsonSchema {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw new SyntaxError(`"${where}" must be a JSON Schema, as an object`);
  }
  const strict: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const takes = KEYWORDS[keyword];
    if (takes === undefined) throw new SyntaxError(unknownKeyword(keyword, where));
    if (!takes.safeParse(value).success) {
      throw new SyntaxError(`"${where}.${keyword}" is not what JSON Schema has there: ${JSON.stringify(value)}`);
    }
    strict[keyword] = within(keyword, value, `${where}.${keyword}`);
  }
  return isObjectSchema(strict) ? strictObject(strict, where) : strict;
}

function within(keyword: string, value: unknown, where: string): unknown {
  if (ONE.includes(keyword)) return typeof value === "boolean" ? value : checkedSchema(value, where);
  if (LISTED.includes(keyword) && Array.isArray(value)) {
    return value.map((each, at) => checkedSchema(each, `${where}[${at}]`));
  }
  if (NAMED.includes(keyword)) {
    return Object.fromEntries(
      Object.entries(Object(value)).map(([name, each]) => [name, checkedSchema(each, `${where}.${name}`)]),
    );
  }
  return value;
}

function isObjectSchema(schema: JsonSchema): boolean {
  return schema["type"] === "object" || "properties" in schema;
}

function strictObject(schema: JsonSchema, where: string): JsonSchema {
  const names = Object.keys(Object(schema["properties"]));
  const missing = Object.values(Object(schema["required"])).find((name) => !names.includes(String(name)));
  if (missing !== undefined) {
    throw new SyntaxError(`"${where}.required" names "${missing}", which is not among the properties`);
  }
  // Without a type, zod would let anything pass that is not an object.
  return { type: "object", additionalProperties: false, ...schema };
}

function unknownKeyword(keyword: string, where: string): string {
  const meant = didYouMean(keyword, Object.keys(KEYWORDS));
  return `"${where}": the keyword "${keyword}" is not supported in the schema of options${meant}`;
}
