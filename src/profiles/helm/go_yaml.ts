/**
 * YAML as Helm writes it into a chart, byte for byte: that of `sigs.k8s.io/yaml`, and so of the second version of Go's
 * YAML package, with its order of keys, its quotes and its lines of 80 characters.
 *
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/emitterc.go | go-yaml 2.4.4, emitterc.go}
 */
import { resolvesToText } from "./go_yaml_resolve.ts";
import { compareGoKeys } from "./go_yaml_keys.ts";

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

interface Writer {
  text: string;
  /** How many characters the line has. */
  column: number;
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
  return !shapeOf(key).isMultiline && new TextEncoder().encode(key).byteLength <= KEY_LIMIT;
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

/** How a text may be written. */
interface Shape {
  readonly isMultiline: boolean;
  readonly isPlainAllowed: boolean;
  readonly isSingleAllowed: boolean;
  readonly isBlockAllowed: boolean;
}

const BREAKS = ["\n", "\r", "\u0085", "\u2028", "\u2029"];

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code === 0x0a || code >= 0x20 && code <= 0x7e || code >= 0xa0 && code <= 0xd7ff ||
    code >= 0xe000 && code <= 0xfffd && code !== 0xfeff;
}

function shapeOf(text: string): Shape {
  const characters = [...text];
  const isBlank = (at: number): boolean => {
    const character = characters[at];
    return character === undefined || [" ", "\t", "\0", ...BREAKS].includes(character);
  };
  const isBreak = (at: number): boolean => BREAKS.includes(characters[at] ?? "");
  const isIndicator = (character: string, at: number): boolean => {
    if (at === 0) {
      if ("#,[]{}&*!|>'\"%@`".includes(character)) return true;
      return "?:-".includes(character) && isBlank(at + 1);
    }
    return character === ":" && isBlank(at + 1) || character === "#" && isBlank(at - 1);
  };
  const last = characters.length - 1;
  const isSpecial = characters.some((character) => !isPrintable(character));
  const isMultiline = characters.some((_, at) => isBreak(at));
  const breakThenSpace = characters.some((character, at) => character === " " && at > 0 && isBreak(at - 1));
  const spaceThenBreak = characters.some((_, at) => isBreak(at) && characters[at - 1] === " ");
  const isPadded = characters[0] === " " || characters[last] === " " || isBreak(0) || isBreak(last);
  const isMarked = /^(?:---|\.\.\.)/.test(text) || characters.some(isIndicator);
  return {
    isMultiline,
    isPlainAllowed: !isPadded && !breakThenSpace && !spaceThenBreak && !isSpecial && !isMultiline && !isMarked,
    isSingleAllowed: !breakThenSpace && !spaceThenBreak && !isSpecial,
    isBlockAllowed: text !== "" && characters[last] !== " " && !spaceThenBreak && !isSpecial,
  };
}

function writeScalar(
  writer: Writer,
  text: string,
  { indent, isKey }: { readonly indent: number; readonly isKey: boolean },
): void {
  const shape = shapeOf(text);
  const write = { indent, mayBreak: !isKey };
  if (text.includes("\n") && !isKey && shape.isBlockAllowed) writeLiteral(writer, text, indent);
  else if (text.includes("\n") || !resolvesToText(text)) writeDouble(writer, text, write);
  else if (shape.isPlainAllowed) writeLine(writer, text, write);
  else if (!shape.isSingleAllowed) writeDouble(writer, text, write);
  else writeSingle(writer, text, write);
}

interface Wrapping {
  readonly indent: number;
  readonly mayBreak: boolean;
}

const LINE_WIDTH = 80;

/** A plain text, which is broken at single spaces behind the eightieth character. */
function writeLine(writer: Writer, text: string, { indent, mayBreak }: Wrapping): void {
  let isAfterSpace = false;
  const characters = [...text];
  for (const [at, character] of characters.entries()) {
    const isSpace = character === " ";
    if (
      isSpace && mayBreak && !isAfterSpace && writer.column > LINE_WIDTH && characters[at + 1] !== " "
    ) {
      breakLine(writer);
      put(writer, " ".repeat(indent));
    } else put(writer, character);
    isAfterSpace = isSpace;
  }
}

function writeSingle(writer: Writer, text: string, { indent, mayBreak }: Wrapping): void {
  put(writer, "'");
  let isAfterSpace = false;
  let isAfterBreak = false;
  const characters = [...text];
  for (const [at, character] of characters.entries()) {
    if (character === " ") {
      const isInside = at > 0 && at < characters.length - 1;
      if (
        mayBreak && isInside && !isAfterSpace && writer.column > LINE_WIDTH && characters[at + 1] !== " "
      ) {
        breakLine(writer);
        put(writer, " ".repeat(indent));
      } else put(writer, character);
      isAfterSpace = true;
    } else if (BREAKS.includes(character)) {
      putBreak(writer, character);
      isAfterBreak = true;
    } else {
      if (isAfterBreak) put(writer, " ".repeat(indent));
      put(writer, character === "'" ? "''" : character);
      isAfterSpace = false;
      isAfterBreak = false;
    }
  }
  put(writer, "'");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\u0085": "N",
  "\u00a0": "_",
  "\u2028": "L",
  "\u2029": "P",
};

function writeDouble(writer: Writer, text: string, { indent, mayBreak }: Wrapping): void {
  put(writer, '"');
  let isAfterSpace = false;
  const characters = [...text];
  for (const [at, character] of characters.entries()) {
    if (!isPrintable(character) || BREAKS.includes(character) || character === '"' || character === "\\") {
      put(writer, `\\${ESCAPES[character] ?? codeOf(character)}`);
      isAfterSpace = false;
    } else if (character === " ") {
      const isInside = at > 0 && at < characters.length - 1;
      if (mayBreak && isInside && !isAfterSpace && writer.column > LINE_WIDTH) {
        breakLine(writer);
        put(writer, " ".repeat(indent));
        if (characters[at + 1] === " ") put(writer, "\\");
      } else put(writer, character);
      isAfterSpace = true;
    } else {
      put(writer, character);
      isAfterSpace = false;
    }
  }
  put(writer, '"');
}

function codeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length <= 2) return `x${code.padStart(2, "0")}`;
  return code.length <= 4 ? `u${code.padStart(4, "0")}` : `U${code.padStart(8, "0")}`;
}

function writeLiteral(writer: Writer, text: string, indent: number): void {
  const hint = text.startsWith(" ") || BREAKS.includes(text.charAt(0)) ? "2" : "";
  const last = BREAKS.includes(text.at(-1) ?? "");
  const chomping = !last ? "-" : text.length === 1 || BREAKS.includes(text.at(-2) ?? "") ? "+" : "";
  put(writer, `|${hint}${chomping}`);
  breakLine(writer);
  let isAfterBreak = true;
  for (const character of text) {
    if (BREAKS.includes(character)) {
      putBreak(writer, character);
      isAfterBreak = true;
    } else {
      if (isAfterBreak) put(writer, " ".repeat(indent));
      put(writer, character);
      isAfterBreak = false;
    }
  }
}

function put(writer: Writer, text: string): void {
  writer.text += text;
  writer.column += [...text].length;
}

function putBreak(writer: Writer, character: string): void {
  writer.text += character;
  writer.column = 0;
}

function breakLine(writer: Writer): void {
  putBreak(writer, "\n");
}
