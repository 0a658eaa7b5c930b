import { compareBytewise } from "../../oci/compare_bytewise.ts";
import { readYaml, type YamlNode, type YamlObject, type YamlScalar } from "../../yaml/read_yaml.ts";
import { chartError } from "./chart_error.ts";
import type { Json } from "./go_yaml.ts";

/** Reads the fields of a document, and says where one is wrong. */
export interface Reader {
  readonly root: YamlObject;
  /** The value of a field, or the object when it has none. */
  at(node: YamlObject, key: string): YamlNode;
  text(node: YamlObject, key: string): string | undefined;
  texts(node: YamlObject, key: string): readonly string[];
  textMap(node: YamlObject, key: string): Readonly<Record<string, string>>;
  flag(node: YamlObject, key: string): boolean;
  objects(node: YamlObject, key: string): readonly YamlObject[];
  values(node: YamlObject, key: string): readonly Json[];
  /** @throws {SourceError} Names the file and the line. */
  fail(node: YamlNode, problem: string): never;
}

/**
 * Opens a YAML document that holds an object.
 *
 * @throws {SourceError} When it is none; names the file and the line.
 */
export function openDocument(bytes: Uint8Array, file: string): Reader {
  const source = decode(bytes, file);
  const { root, problems: [problem] } = readYaml(source);
  if (problem !== undefined) throw chartError(`${file}:${lineOf(source, problem.offset)}: ${problem.message}`);
  if (root?.kind !== "object") throw chartError(`${file}:1: there must be an object`);
  return readerOf(root, fail);

  function fail(node: YamlNode, problem: string): never {
    throw chartError(`${file}:${lineOf(source, node.offset)}: ${problem}`);
  }
}

function readerOf(root: YamlObject, fail: Reader["fail"]): Reader {
  const valueOf = (node: YamlObject, key: string): YamlNode | undefined => {
    const value = node.byKey.get(key)?.value;
    return value?.kind === "scalar" && value.value === null ? undefined : value;
  };
  const textOf = (node: YamlNode, key: string): string => {
    if (node.kind === "scalar") return textIn(node);
    return fail(node, `${JSON.stringify(key)} must be a text`);
  };
  const itemsOf = (node: YamlObject, key: string): readonly YamlNode[] => {
    const value = valueOf(node, key);
    if (value === undefined) return [];
    return value.kind === "list" ? value.items : fail(value, `${JSON.stringify(key)} must be a list`);
  };
  return {
    root,
    fail,
    at: (node, key) => valueOf(node, key) ?? node,
    text(node, key): string | undefined {
      const value = valueOf(node, key);
      return value && textOf(value, key);
    },
    texts: (node, key) => itemsOf(node, key).map((item) => textOf(item, key)),
    textMap(node, key): Readonly<Record<string, string>> {
      const value = valueOf(node, key);
      if (value === undefined) return {};
      if (value.kind !== "object") return fail(value, `${JSON.stringify(key)} must be an object of texts`);
      const members = [...value.byKey].sort(([a], [b]) => compareBytewise(a, b));
      return Object.fromEntries(members.map(([name, member]) => [name, textOf(member.value, name)]));
    },
    flag(node, key): boolean {
      const value = valueOf(node, key);
      if (value === undefined) return false;
      if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
      return fail(value, `${JSON.stringify(key)} must be true or false`);
    },
    objects: (node, key) =>
      itemsOf(node, key).map((item) => {
        return item.kind === "object" ? item : fail(item, `${JSON.stringify(key)} must be a list of objects`);
      }),
    values: (node, key) => itemsOf(node, key).map(jsonOf),
  };
}

/** Nothing is made of the text of a scalar, but nothing at all is no text. */
function textIn({ value, text }: YamlScalar): string {
  return value === null ? "" : typeof value === "string" ? value : text;
}

function jsonOf(node: YamlNode): Json {
  if (node.kind === "list") return node.items.map(jsonOf);
  if (node.kind === "object") {
    const sorted = [...node.byKey].sort(([a], [b]) => compareBytewise(a, b));
    return Object.fromEntries(sorted.map(([key, { value }]) => [key, jsonOf(value)]));
  }
  const { value } = node;
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : textIn(node);
}

/**
 * Reads the text of a file.
 *
 * @throws {SourceError} When it is not UTF-8.
 */
export function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw chartError(`${file} is not UTF-8 text`, { cause });
  }
}

/** The number of the line that a place is in. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
