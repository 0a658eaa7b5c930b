/** As much of JSON Schema as gantry's own schemas use, and stricter: a key that no schema names is wrong. */

type Schema = Readonly<Record<string, unknown>>;

/**
 * Holds a value against a schema.
 *
 * @returns What is wrong, a sentence each.
 */
export function schemaProblems(value: unknown, root: Schema): readonly string[] {
  return problems(value, root, { root, path: "" });
}

interface At {
  readonly root: Schema;
  readonly path: string;
}

function problems(value: unknown, schema: Schema, at: At): readonly string[] {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.slice("#/$defs/".length);
    const definition = (at.root["$defs"] as Record<string, Schema>)[name];
    return definition === undefined ? [`${at.path}: there is no ${reference}`] : problems(value, definition, at);
  }
  const anyOf = schema["anyOf"] as readonly Schema[] | undefined;
  if (anyOf !== undefined) {
    const all = anyOf.map((choice) => problems(value, choice, at));
    return all.find((found) => found.length === 0) ?? [`${at.path}: fits none: ${all.flat().join("; ")}`];
  }
  if ("const" in schema && value !== schema["const"]) return [`${at.path}: must be ${schema["const"]}`];
  const choices = schema["enum"] as readonly unknown[] | undefined;
  if (choices !== undefined && !choices.includes(value)) return [`${at.path}: must be one of ${choices.join(", ")}`];
  const type = schema["type"];
  if (type === undefined) return [];
  const isInteger = type === "integer" && Number.isInteger(value);
  const found = Array.isArray(value) ? "array" : isInteger ? "integer" : typeof value;
  if (found !== type) return [`${at.path}: must be ${type}, is ${found}`];
  const pattern = schema["pattern"];
  if (typeof pattern === "string" && !new RegExp(pattern).test(String(value))) return [`${at.path}: ${pattern}`];
  if (Array.isArray(value)) {
    const items = (schema["items"] ?? {}) as Schema;
    return value.flatMap((item, index) => problems(item, items, { ...at, path: `${at.path}[${index}]` }));
  }
  return type === "object" ? objectProblems(value as Readonly<Record<string, unknown>>, schema, at) : [];
}

function objectProblems(value: Readonly<Record<string, unknown>>, schema: Schema, at: At): readonly string[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema["required"] ?? []) as readonly string[];
  const others = schema["additionalProperties"] as Schema | undefined;
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.map((name) => `${at.path}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const path = `${at.path}.${name}`;
      const known = Object.hasOwn(properties, name) ? properties[name] : others;
      return known === undefined ? [`${path}: no schema names it`] : problems(each, known, { ...at, path });
    }),
  ];
}
