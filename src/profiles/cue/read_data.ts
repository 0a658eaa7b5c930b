import { SourceError } from "../../pipeline/source_error.ts";

/** A value in a file of CUE, and the line that it begins in. */
export type CueNode =
  | { readonly kind: "text"; readonly line: number; readonly value: string }
  | { readonly kind: "struct"; readonly line: number; readonly fields: ReadonlyMap<string, CueNode> }
  | { readonly kind: "other"; readonly line: number };

/** A struct of CUE. */
export type CueStruct = Extract<CueNode, { readonly kind: "struct" }>;

/** Refuses a file, with the line. */
export type FailAt = (line: number, problem: string) => never;

/**
 * Reads CUE that is nothing but data, as a module file has to be: fields, structs, lists, texts, numbers. What has to
 * be evaluated is refused, as CUE itself refuses it there.
 *
 * @see {@link https://cuelang.org/docs/reference/spec/ | The CUE language specification}
 */
export function readCueData(text: string, fail: FailAt): CueStruct {
  const tokens = tokensOf(text, fail);
  let at = 0;
  const root = fieldsUntil(undefined, 1);
  return root;

  function fieldsUntil(end: string | undefined, line: number): CueStruct {
    const fields = new Map<string, CueNode>();
    while (true) {
      skip(["\n", ","]);
      const token = tokens[at];
      if (token?.text === end) {
        at++;
        return { kind: "struct", line, fields };
      }
      if (token === undefined) return fail(line, `there is no "}" for the "{"`);
      if (isPackage(token)) at += 2;
      else if (token.kind === "attribute") at++;
      else put(fields, token, field());
    }
  }

  function isPackage({ kind, text }: Token): boolean {
    return kind === "name" && text === "package" && tokens[at + 1]?.kind === "name";
  }

  /** The value of the field whose label is next; `a: b: 1` is `a: {b: 1}`. */
  function field(): CueNode {
    const label = tokens[at++];
    if (label?.kind !== "name" && label?.kind !== "text") return refuse(label);
    const colon = tokens[at++];
    if (colon?.text !== ":") return refuse(colon ?? label);
    skip(["\n"]);
    const next = tokens[at];
    if ((next?.kind === "name" || next?.kind === "text") && tokens[at + 1]?.text === ":") {
      const fields = new Map<string, CueNode>();
      put(fields, next, field());
      return { kind: "struct", line: next.line, fields };
    }
    const node = value();
    while (tokens[at]?.kind === "attribute") at++;
    const after = tokens[at];
    if (after !== undefined && !["\n", ",", "}"].includes(after.text)) return refuse(after);
    return node;
  }

  function value(): CueNode {
    const token = tokens[at++];
    const line = token?.line ?? 1;
    switch (token?.kind) {
      case "text":
        return { kind: "text", line, value: textOf(token, fail) };
      case "number":
        return { kind: "other", line };
      case "name":
        return ["true", "false", "null"].includes(token.text) ? { kind: "other", line } : refuse(token);
    }
    if (token?.text === "-" && tokens[at]?.kind === "number") return value();
    if (token?.text === "{") return fieldsUntil("}", line);
    if (token?.text !== "[") return refuse(token);
    while (true) {
      skip(["\n", ","]);
      if (tokens[at] === undefined) return fail(line, `there is no "]" for the "["`);
      if (tokens[at]?.text === "]") break;
      value();
    }
    at++;
    return { kind: "other", line };
  }

  function skip(texts: readonly string[]): void {
    while (texts.includes(tokens[at]?.text ?? "")) at++;
  }

  function put(fields: Map<string, CueNode>, label: Token, node: CueNode): void {
    const name = label.kind === "text" ? textOf(label, fail) : label.text;
    const there = fields.get(name);
    if (there === undefined) fields.set(name, node);
    else if (there.kind === "struct" && node.kind === "struct") {
      fields.set(name, { ...there, fields: new Map([...there.fields, ...node.fields]) });
    } else fail(label.line, `${JSON.stringify(name)} is there twice`);
  }

  function refuse(token: Token | undefined): never {
    const last = token ?? tokens.at(-1);
    const found = token === undefined ? "the end of the file" : JSON.stringify(token.text);
    return fail(last?.line ?? 1, `a module file is fields with plain values, and ${found} is none`);
  }
}

interface Token {
  readonly kind: "text" | "name" | "number" | "attribute" | "other";
  readonly text: string;
  readonly line: number;
}

const TOKEN_REGEXP = new RegExp(
  [
    String.raw`(?<space>[ \t\r]+|//[^\n]*)`,
    String
      .raw`(?<text>"""\n[^]*?\n[ \t]*"""|(?<raw>#+)"[^\n]*?"\k<raw>|"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')`,
    String.raw`(?<attribute>@[\p{L}_]+\([^()\n]*\))`,
    String.raw`(?<number>[0-9][\w.]*)`,
    String.raw`(?<name>[\p{L}_$#][\p{L}\p{N}_$#]*)`,
    String.raw`(?<other>[^])`,
  ].join("|"),
  "uy",
);

function tokensOf(text: string, fail: FailAt): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  TOKEN_REGEXP.lastIndex = 0;
  for (let match = TOKEN_REGEXP.exec(text); match !== null; match = TOKEN_REGEXP.exec(text)) {
    const { groups = {} } = match;
    const [found] = match;
    const kind = (["text", "name", "number", "attribute", "other"] as const).find((each) => groups[each] !== undefined);
    if (kind === "other" && (found === '"' || found === "'")) fail(line, "a text has no end");
    if (kind !== undefined) tokens.push({ kind, text: found, line });
    line += found.split("\n").length - 1;
  }
  return tokens;
}

/** What a text says. Only those in double quotes can be a name or a version. */
function textOf({ text, line }: Token, fail: FailAt): string {
  if (!/^"(?!"")/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return fail(line, `${text} has an escape that no module or version needs`);
  }
}

/** Makes the function that refuses a file. */
export function failIn(file: string): FailAt {
  return (line, problem) => {
    throw new SourceError(`Cannot publish the module: ${file}:${line}: ${problem}`);
  };
}
