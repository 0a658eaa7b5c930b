/**
 * YAML as Helm writes it into a chart, byte for byte: that of `sigs.k8s.io/yaml`, and so of the second version of Go's
 * YAML package, with its order of keys, its quotes and its lines of 80 characters.
 *
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/emitterc.go | go-yaml 2.4.4, emitterc.go}
 */
import { compareGoKeys } from "./go_yaml_keys.ts";
import { breakLine, isOneLine, put, type Writer, writeScalar } from "./go_yaml_scalar.ts";

/** What JSON can hold; what is `undefined` is left out. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Writes an object. */
export function writeGoYaml(value: { readonly [key: string]: Json | undefined }): string {
  const writer: Writer = { text: "", column: 0 };
  if (isEmpty(value)) return "{}\n";
  writeObject(writer, value, 0);
  return writer.text;
}

type JsonObject = { readonly [key: string]: Json | undefined };

function writeObject(writer: Writer, value: JsonObject, indent: number): void {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort(compareGoKeys);
  for (const [at, key] of keys.entries()) {
    // The first key of an object in a list stands on the line of its dash.
    if (at > 0) put(writer, " ".repeat(indent));
    const member = value[key] ?? null;
    if (isSimpleKey(key)) {
      writeScalar(writer, key, { indent, isKey: true });
      put(writer, ":");
      writeMember(writer, member, indent);
    } else {
      put(writer, "? ");
      writeLeaf(writer, key, indent);
      put(writer, `${" ".repeat(indent)}: `);
      writeItem(writer, member, indent);
    }
  }
}

function writeMember(writer: Writer, value: Json, indent: number): void {
  if (isList(value) && value.length > 0) {
    breakLine(writer);
    // The items of a list begin where its key does.
    put(writer, " ".repeat(indent));
    writeList(writer, value, indent);
  } else if (isObject(value) && !isEmpty(value)) {
    breakLine(writer);
    put(writer, " ".repeat(indent + 2));
    writeObject(writer, value, indent + 2);
  } else {
    put(writer, " ");
    writeLeaf(writer, value, indent);
  }
}

function writeList(writer: Writer, items: readonly Json[], indent: number): void {
  for (const [at, item] of items.entries()) {
    if (at > 0) put(writer, " ".repeat(indent));
    put(writer, "- ");
    writeItem(writer, item, indent);
  }
}

/** What begins on the line of its dash, question mark or colon. */
function writeItem(writer: Writer, item: Json, indent: number): void {
  if (isList(item) && item.length > 0) writeList(writer, item, indent + 2);
  else if (isObject(item) && !isEmpty(item)) writeObject(writer, item, indent + 2);
  else writeLeaf(writer, item, indent);
}

/** A key that may stand in front of a colon: one line, and not a long one. */
function isSimpleKey(key: string): boolean {
  return isOneLine(key) && new TextEncoder().encode(key).byteLength <= KEY_LIMIT;
}

const KEY_LIMIT = 128;

function writeLeaf(writer: Writer, value: Json, indent: number): void {
  if (typeof value === "string") writeScalar(writer, value, { indent: indent + 2, isKey: false });
  else if (isList(value)) put(writer, "[]");
  else if (isObject(value)) put(writer, "{}");
  else put(writer, String(value));
  if (writer.column > 0) breakLine(writer);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}

function isEmpty(value: JsonObject): boolean {
  return Object.values(value).every((member) => member === undefined);
}
