import type { JsonSchema } from "../../driver/issue_message.ts";
import { isObject } from "../../oci/is_object.ts";
import { printable } from "../output/printable.ts";

/** One option of a plugin, for people. */
export interface OptionRow {
  /** With the objects around it: `rules[].path`. */
  readonly name: string;
  /** As TypeScript would write it. */
  readonly type: string;
  /** What it is when it is left out, or `required`; empty when nothing takes its place. */
  readonly given: string;
  readonly description: string;
}

/** Lists the options that a JSON Schema describes, those of objects in them included. */
export function optionRows(schema: JsonSchema, prefix = ""): readonly OptionRow[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const own = Object.entries(properties).filter(([, value]) => isObject(value)).flatMap(([key, value]) => {
    const option = isObject(value) ? value : {};
    const name = prefix + key;
    const given = option["default"] !== undefined
      ? JSON.stringify(option["default"])
      : required.includes(key)
      ? "required"
      : "";
    const row = {
      name,
      type: typeOf(option),
      given: line(given),
      description: line(String(option["description"] ?? "")),
    };
    return [{ ...row, name: line(name) }, ...below(option, name)];
  });
  const { additionalProperties } = schema;
  if (!isObject(additionalProperties) || Object.keys(additionalProperties).length === 0) return own;
  const description = line(String(schema["description"] ?? ""));
  return [...own, { name: `${prefix}<key>`, type: typeOf(additionalProperties), given: "", description }];
}

/** Deeper than this nobody reads a table, and a schema that contains itself has no end. */
const DEPTH_LIMIT = 4;

function below(option: JsonSchema, name: string): readonly OptionRow[] {
  if (name.split(".").length >= DEPTH_LIMIT) return [];
  const items = option["items"];
  if (isObject(items)) return optionRows(items, `${name}[].`);
  return optionRows(option, `${name}.`);
}

function typeOf(schema: JsonSchema): string {
  const choices = schema["enum"] ?? (schema["const"] === undefined ? undefined : [schema["const"]]);
  if (Array.isArray(choices)) return line(choices.map((choice) => JSON.stringify(choice)).join(" | "));
  const variants = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(variants)) return [...new Set(variants.filter(isObject).map(typeOf))].join(" | ");
  const { type } = schema;
  if (Array.isArray(type)) return type.join(" | ");
  if (type !== "array") return typeof type === "string" ? type : "any";
  const items = isObject(schema["items"]) ? typeOf(schema["items"]) : "any";
  return items.includes(" ") ? `(${items})[]` : `${items}[]`;
}

function line(text: string): string {
  return printable(text).replaceAll("\n", " ");
}
