/**
 * Every value of a configuration file by its name, such as `remote.origin.url`, in the order of the file.
 * Section and variable are in lower case, a subsection is as it was written.
 */
export type GitConfig = ReadonlyMap<string, readonly string[]>;

const HEADER_REGEXP = /\[([a-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]/iy;
/** A variable's name, up to its `=` or to the end of its line. */
const VARIABLE_REGEXP = /([a-z][a-z0-9-]*)[ \t]*(=|(?=\n|$))/iy;
const BLANK_REGEXP = /(?:[ \t\r\n]+|[#;][^\n]*)*/y;

/**
 * Parses a file such as `.git/config`. Included files are not read.
 *
 * A variable without a value, which is how git writes "true" in short, has the value `true`.
 *
 * @throws {SyntaxError} Says in which line git could not read on either.
 *
 * @see {@link https://git-scm.com/docs/git-config#_configuration_file | git config, Configuration file}
 */
export function parseGitConfig(text: string): GitConfig {
  const config = new Map<string, string[]>();
  const source = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  let section: string | undefined;
  let at = 0;
  const take = (regexp: RegExp): RegExpExecArray | undefined => {
    regexp.lastIndex = at;
    const match = regexp.exec(source);
    at = match === null ? at : regexp.lastIndex;
    return match ?? undefined;
  };
  for (take(BLANK_REGEXP); at < source.length; take(BLANK_REGEXP)) {
    const header = take(HEADER_REGEXP);
    if (header !== undefined) {
      section = sectionName(header);
      continue;
    }
    const [, variable, equals] = take(VARIABLE_REGEXP) ?? [];
    if (section === undefined || variable === undefined) throw malformed(source, at);
    const name = `${section}.${variable.toLowerCase()}`;
    const [value, end] = equals === "=" ? readValue(source, at) : ["true", at];
    at = end;
    const values = config.get(name);
    if (values === undefined) config.set(name, [value]);
    else values.push(value);
  }
  return config;
}

/** The last value of a name: the one that counts for git. */
export function lastValue(config: GitConfig, name: string): string | undefined {
  return config.get(name)?.at(-1);
}

function sectionName([, section = "", subsection]: RegExpExecArray): string {
  const name = section.toLowerCase();
  return subsection === undefined ? name : `${name}.${subsection.replace(/\\(.)/g, "$1")}`;
}

/** Reads a value up to the end of its line, quotes and escapes resolved, and says where it ended. */
function readValue(source: string, from: number): readonly [value: string, end: number] {
  let value = "";
  let pending = "";
  let quoted = false;
  for (let at = from; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === "\n" || (!quoted && /[#;]/.test(character))) {
      if (quoted) throw malformed(source, from);
      return [value, at];
    }
    if (!quoted && /[ \t\r]/.test(character)) {
      // White space counts only where something other than a comment follows.
      if (value !== "") pending += character;
      continue;
    }
    value += pending;
    pending = "";
    if (character === '"') quoted = !quoted;
    else if (character !== "\\") value += character;
    else {
      at++;
      const isContinued = at === source.length || source[at] === "\n";
      if (!isContinued) value += escaped(source, at);
    }
  }
  if (quoted) throw malformed(source, from);
  return [value, source.length];
}

function escaped(source: string, at: number): string {
  const meaning = ({ "n": "\n", "t": "\t", "b": "\b", "\\": "\\", '"': '"' } as const)[source.charAt(at)];
  if (meaning === undefined) throw malformed(source, at);
  return meaning;
}

function malformed(source: string, at: number): SyntaxError {
  const line = source.slice(0, at).split("\n").length;
  return new SyntaxError(`Cannot parse git configuration: line ${line} is malformed`);
}
