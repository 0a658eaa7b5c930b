import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import {
  type ConfigMember,
  type ConfigNode,
  configObject,
  type ConfigProblem,
  type ConfigText,
  DEPTH_LIMIT,
  TOO_DEEP,
} from "./config_node.ts";

/**
 * Reads JSON with comments and trailing commas.
 *
 * @param plain Whether comments and trailing commas are problems, as they are in a `.json` file.
 */
export function readJsonc(text: string, { plain }: { readonly plain: boolean }): ConfigText {
  const problems = tokenProblems(text, plain);
  // The parser calls itself for each level and would run out of stack.
  if (problems.some(({ message }) => message === TOO_DEEP)) return { problems };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  // What follows the first error is mostly its consequence.
  if (first !== undefined) return { problems: [...problems, syntaxProblem(first)] };
  return tree === undefined ? { problems } : { root: toNode(tree), problems };
}

/** The scanner's token kinds; the package has them as an ambient const enum, which Deno cannot use. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, comma: 5, end: 17 } as const;
const COMMENT_TOKENS: ReadonlySet<number> = new Set([12, 13]);
const SPACE_TOKENS: ReadonlySet<number> = new Set([14, 15]);

function tokenProblems(text: string, plain: boolean): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const scanner = createScanner(text);
  let depth = 0;
  let comma: number | undefined;
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    if (SPACE_TOKENS.has(token)) continue;
    const offset = scanner.getTokenOffset();
    if (COMMENT_TOKENS.has(token)) {
      if (plain) problems.push({ offset, message: "a .json file cannot hold comments, name it .jsonc" });
      continue;
    }
    const closes = token === TOKEN.closeBrace || token === TOKEN.closeBracket;
    if (plain && closes && comma !== undefined) {
      problems.push({ offset: comma, message: "a .json file cannot hold trailing commas, name it .jsonc" });
    }
    comma = token === TOKEN.comma ? offset : undefined;
    if (closes) depth--;
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth++;
    if (depth > DEPTH_LIMIT) return [...problems, { offset, message: TOO_DEEP }];
  }
  return problems;
}

function syntaxProblem({ error, offset }: ParseError): ConfigProblem {
  const words = printParseErrorCode(error).replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
  return { offset, message: `the syntax is broken: ${words}` };
}

function toNode({ type, offset, value, children = [] }: Node): ConfigNode {
  if (type === "array") return { kind: "list", offset, items: children.map(toNode) };
  return type === "object" ? configObject(offset, children.flatMap(toMember)) : { kind: "scalar", offset, value };
}

function toMember({ children: [key, value] = [] }: Node): readonly ConfigMember[] {
  if (key === undefined || value === undefined) return [];
  return [{ key: String(key.value), keyOffset: key.offset, value: toNode(value) }];
}
