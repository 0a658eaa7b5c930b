import { jsonSchemaOf, type Schema } from "./schema.ts";

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
export function knownKeys(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const [key, ...rest] = path;
  const own = key === undefined ? schema["properties"] : stepInto(schema, key);
  const found = !isSchema(own) ? [] : key === undefined ? Object.keys(own) : knownKeys(own, rest);
  const choices = [schema["anyOf"], schema["oneOf"], schema["allOf"]].flat().filter(isSchema);
  return [...found, ...choices.flatMap((choice) => knownKeys(choice, path))];
}

function stepInto(schema: JsonSchema, key: PropertyKey): unknown {
  if (typeof key === "number") return schema["items"];
  const properties = schema["properties"];
  return (isSchema(properties) ? properties[String(key)] : undefined) ?? schema["additionalProperties"];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
