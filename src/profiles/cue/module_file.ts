/**
 * `cue.mod/module.cue`, as the schema of published modules has it. What CUE would have to evaluate is not in it.
 *
 * @see {@link https://github.com/cue-lang/cue/blob/v0.17.1/mod/modfile/schema.cue | CUE 0.17.1, mod/modfile/schema.cue}
 */
import { isFullVersion } from "../../oci/version.ts";
import { type CueNode, type CueStruct, type FailAt, failIn, readCueData } from "./read_data.ts";

/** The file that makes a directory a module. */
export const MODULE_FILE = "cue.mod/module.cue";

/** What a module says of itself. */
export interface CueModule {
  /** Its path, without the major version. */
  readonly path: string;
  /** The number of its major version. */
  readonly major: number;
  /** The line that says so. */
  readonly line: number;
}

/**
 * Reads a `module.cue` and checks what CUE checks of one that is published.
 *
 * @throws {SourceError} Names the file and the line.
 */
export function readModuleFile(bytes: Uint8Array): CueModule {
  const fail: FailAt = failIn(MODULE_FILE);
  const root = readCueData(decode(bytes, fail), fail);
  const module = textAt(root, "module", fail);
  const [, path = "", major = ""] = MODULE_REGEXP.exec(module.value) ??
    fail(module.line, `the module must be a path and a major version, such as "example.com/module@v1"`);
  const problem = pathProblem(path);
  if (problem !== undefined) fail(module.line, `the module path ${JSON.stringify(path)} ${problem}`);
  const language = structAt(root, "language", fail);
  if (language === undefined) fail(root.line, "the version of the language is missing: cue mod fix adds it");
  checkVersion(textAt(language, "version", fail), "the version of the language", fail);
  for (const [dependency, node] of structAt(root, "deps", fail)?.fields ?? []) checkDependency(dependency, node, fail);
  return { path, major: Number(major), line: module.line };
}

const MODULE_REGEXP = /^([^@]+)@v(0|[1-9][0-9]*)$/;
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH_REGEXP = new RegExp(`^${PART}(?:/${PART})*$`);

/** Its path is the name of a repository, and begins with a domain. */
function pathProblem(path: string): string | undefined {
  const [domain = ""] = path.split("/", 1);
  if (!domain.includes(".")) return "does not begin with a domain, such as example.com";
  if (!PATH_REGEXP.test(path) || domain.includes("_")) return "is none that a repository can be called by";
  const device = path.split("/").find((part) => /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/.test(part));
  return device === undefined ? undefined : `has the name of a device on Windows in it: ${JSON.stringify(device)}`;
}

function checkDependency(dependency: string, node: CueNode, fail: FailAt): void {
  const named = `the dependency ${JSON.stringify(dependency)}`;
  if (!MODULE_REGEXP.test(dependency)) fail(node.line, `${named} must end in a major version, such as @v1`);
  if (node.kind !== "struct") fail(node.line, `${named} must be a struct with the version in "v"`);
  const replaced = node.fields.get("replaceWith");
  if (replaced !== undefined) fail(replaced.line, `${named} is replaced, and a module that is published replaces none`);
  const version = textAt(node, "v", fail);
  checkVersion(version, `the version of ${named}`, fail);
  const major = MODULE_REGEXP.exec(dependency)?.[2];
  if (major !== /^v([0-9]+)/.exec(version.value)?.[1]) {
    fail(version.line, `${named} is of another major version than ${JSON.stringify(version.value)}`);
  }
}

function checkVersion({ value, line }: Text, what: string, fail: FailAt): void {
  if (value.startsWith("v") && isFullVersion(value.slice(1))) return;
  fail(line, `${what} must be SemVer with a "v", such as "v0.15.0", and not ${JSON.stringify(value)}`);
}

type Text = Extract<CueNode, { readonly kind: "text" }>;

function textAt({ line, fields }: CueStruct, name: string, fail: FailAt): Text {
  const node = fields.get(name) ?? fail(line, `the field ${JSON.stringify(name)} is missing`);
  return node.kind === "text" ? node : fail(node.line, `the field ${JSON.stringify(name)} must be a text`);
}

function structAt({ fields }: CueStruct, name: string, fail: FailAt): CueStruct | undefined {
  const node = fields.get(name);
  if (node === undefined || node.kind === "struct") return node;
  return fail(node.line, `the field ${JSON.stringify(name)} must be a struct`);
}

function decode(bytes: Uint8Array, fail: FailAt): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail(1, "it is not UTF-8");
  }
}
