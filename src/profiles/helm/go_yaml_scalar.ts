import { resolvesToText } from "./go_yaml_resolve.ts";

/** What was written so far. */
export interface Writer {
  /** All of it. */
  text: string;
  /** How many characters the line has. */
  column: number;
}

/** Tells whether a text has no line break, by YAML's own idea of one. */
export function isOneLine(text: string): boolean {
  return !shapeOf(text).isMultiline;
}

/** Writes a text as Go does: plain where it can stand so, in quotes or line by line where it cannot. */
export function writeScalar(
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

/** Writes characters of one line. */
export function put(writer: Writer, text: string): void {
  writer.text += text;
  writer.column += [...text].length;
}

function putBreak(writer: Writer, character: string): void {
  writer.text += character;
  writer.column = 0;
}

/** Begins a line. */
export function breakLine(writer: Writer): void {
  putBreak(writer, "\n");
}
