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
export function knownKeys(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(keysAt(root, path))];

  function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
    const [key, ...rest] = path;
    const own = key === undefined ? schema["properties"] : stepInto(schema, key);
    const found = !isSchema(own) ? [] : key === undefined ? Object.keys(own) : keysAt(own, rest);
    const choices = [schema["anyOf"], schema["oneOf"], schema["allOf"], referredTo(root, schema)].flat();
    return [...found, ...choices.filter(isSchema).flatMap((choice) => keysAt(choice, path))];
  }
}

/** What a schema of its own name says, such as `#/definitions/Plugin`. */
function referredTo(root: JsonSchema, { $ref }: JsonSchema): unknown {
  const name = /^#\/definitions\/([^/]+)$/.exec(String($ref))?.[1];
  const definitions = root["definitions"];
  return name === undefined || !isSchema(definitions) ? undefined : definitions[name];
}

function stepInto(schema: JsonSchema, key: PropertyKey): unknown {
  if (typeof key === "number") return Array.isArray(schema["items"]) ? schema["items"][key] : schema["items"];
  const properties = schema["properties"];
  return (isSchema(properties) ? properties[String(key)] : undefined) ?? schema["additionalProperties"];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
