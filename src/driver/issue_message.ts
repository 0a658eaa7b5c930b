import { isObject } from "../oci/is_object.ts";
import { kindOf } from "./kind_of.ts";
import { type Issue, jsonSchemaOf, type Schema } from "../pipeline/schema.ts";
import { didYouMean } from "../work/nearest_word.ts";

/**
 * Says what is wrong with a value, as the second half of a sentence that begins with its place. The value itself is
 * never shown: it may be a secret.
 *
 * @param whole What was checked; the issue's path begins there.
 */
export function issueMessage(issue: Issue, whole: unknown): string {
  const { code, path, message } = issue;
  const { expected, values, issues } = issue as Details;
  if (code === "invalid_key") return `has a key that ${issues?.[0]?.message ?? "is not allowed"}`;
  const given = path.reduce<unknown>(
    (at, key) => typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined,
    whole,
  );
  if (code === "invalid_value" && Array.isArray(values)) {
    const names = values.map((each) => JSON.stringify(each)).join(" or ");
    const words = values.filter((each) => typeof each === "string");
    return `must be ${names}${typeof given === "string" ? didYouMean(given, words) : ""}`;
  }
  if (given === undefined) return "is missing";
  if (code === "invalid_type" && typeof expected === "string") {
    return `must be ${expectedKind(expected)}, not ${kindOf(given)}`;
  }
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** What issues of some codes have beyond the rest. */
interface Details {
  readonly expected?: unknown;
  readonly values?: unknown;
  readonly issues?: readonly Issue[];
}

/** zod's names of types, as {@linkcode kindOf} calls them. */
function expectedKind(expected: string): string {
  switch (expected) {
    case "array":
      return "a list";
    case "object":
    case "record":
      return "an object";
    case "int":
      return "a whole number";
    case "boolean":
      return "true or false";
    default:
      return `a ${expected}`;
  }
}

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Describes a schema. One that cannot be described checks all the same; only suggestions are missing then. */
export function describeSchema(schema: Schema<unknown>): JsonSchema {
  try {
    return jsonSchemaOf(schema);
  } catch {
    return {};
  }
}

/** The keys that a JSON Schema knows at a place. */
export function knownKeys(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(keysAt(root, path))];

  function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
    const [key, ...rest] = path;
    const own = key === undefined ? schema["properties"] : stepInto(schema, key);
    const found = !isObject(own) ? [] : key === undefined ? Object.keys(own) : keysAt(own, rest);
    const choices = [schema["anyOf"], schema["oneOf"], schema["allOf"], referredTo(root, schema)].flat();
    return [...found, ...choices.filter(isObject).flatMap((choice) => keysAt(choice, path))];
  }
}

/** What a schema of its own name says, such as `#/definitions/Plugin`. */
function referredTo(root: JsonSchema, { $ref }: JsonSchema): unknown {
  const name = /^#\/definitions\/([^/]+)$/.exec(String($ref))?.[1];
  const definitions = root["definitions"];
  return name === undefined || !isObject(definitions) ? undefined : definitions[name];
}

function stepInto(schema: JsonSchema, key: PropertyKey): unknown {
  if (typeof key === "number") return Array.isArray(schema["items"]) ? schema["items"][key] : schema["items"];
  const properties = schema["properties"];
  return (isObject(properties) ? properties[String(key)] : undefined) ?? schema["additionalProperties"];
}
