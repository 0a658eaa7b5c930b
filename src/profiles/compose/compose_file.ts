import { readLooseYaml } from "../../yaml/read_loose_yaml.ts";
import type { YamlNode, YamlObject } from "../../yaml/read_yaml.ts";

/** What a Compose file says of files. */
export interface ComposeFile {
  readonly services: readonly ComposeService[];
  /** What it needs and cannot bring: a sentence for each. */
  readonly missed: readonly string[];
  /** Where it begins with the mark of a document (`---`). */
  readonly markedAt?: string;
}

/** A service, as one file has it. */
export interface ComposeService {
  readonly name: string;
  readonly hasImage: boolean;
  /** Where it says that it is built. */
  readonly builtAt?: string;
  /** The other file that it extends a service of. */
  readonly extended?: ComposeReference;
  /** Whether it extends a service of its own file. */
  readonly extendsService: boolean;
  readonly envFiles: readonly ComposeReference[];
}

/** A file that a Compose file names. */
export interface ComposeReference {
  readonly path: string;
  /** Where it is named: `FILE:LINE`. */
  readonly place: string;
  /** Whether it need not be there. */
  readonly isOptional?: boolean;
}

/** Thrown and caught here: a problem with its place. */
class ComposeProblem extends Error {}

/**
 * Reads a Compose file as far as it names files.
 *
 * @returns What it says, or why a project with it cannot be published: a place, and what is wrong there.
 * @see {@link https://github.com/compose-spec/compose-spec/blob/main/spec.md | Compose specification}
 */
export function readComposeFile(text: string, file: string): ComposeFile | { readonly problem: string } {
  const { documents, problem } = readLooseYaml(text);
  if (problem !== undefined) return { problem: `${placeOf(problem)}: ${problem.message}` };
  const [before, mark] = /^((?:\s|#[^\n]*\n)*)(---)?/.exec(text)?.slice(1) ?? [];
  try {
    return {
      ...(mark === undefined ? {} : { markedAt: placeOf({ offset: before?.length ?? 0 }) }),
      services: documents.flatMap((document) => members(field(objectIn(document), "services")).map(serviceOf)),
      missed: documents.flatMap((document) => missedBy(objectIn(document))),
    };
  } catch (error) {
    if (error instanceof ComposeProblem) return { problem: error.message };
    throw error;
  }

  function objectIn(document: YamlNode): YamlObject {
    if (document.kind !== "object") return fail(document, "there must be an object");
    for (const part of items(field(document, "include"))) {
      const paths = part.kind === "object" ? items(field(part, "path")) : [part];
      for (const path of paths) {
        if (!isRemote(path)) {
          fail(path, `${JSON.stringify(textIn(path))} is included, and Compose publishes no such file`);
        }
      }
    }
    return document;
  }

  function serviceOf([name, node]: readonly [string, YamlNode]): ComposeService {
    const extending = field(node, "extends");
    const other = field(extending, "file");
    const build = field(node, "build");
    return {
      name,
      hasImage: field(node, "image") !== undefined,
      ...(build === undefined ? {} : { builtAt: placeOf(build) }),
      ...(other === undefined || isRemote(other) ? {} : { extended: named(other) }),
      extendsService: extending !== undefined && other === undefined,
      envFiles: items(field(node, "env_file")).map((each) => {
        const path = each.kind === "object" ? field(each, "path") ?? each : each;
        return { ...named(path), isOptional: textIn(field(each, "required")) === "false" };
      }),
    };
  }

  function named(node: YamlNode): ComposeReference {
    const written = textIn(node);
    const path = written.replace(/^(?:\.\/+)+/, "");
    const quoted = JSON.stringify(written);
    if (path === "") return fail(node, "it must name a file");
    if (/\$/.test(path)) return fail(node, `${quoted} is named by a variable, so nobody can tell which file it is`);
    if (/[\\/]/.test(path)) {
      return fail(node, `${quoted} is in another directory, and a published project has one only`);
    }
    return { path, place: placeOf(node) };
  }

  /** What lies beside a Compose file and is none of the files that Compose publishes. */
  function missedBy(document: YamlObject): readonly string[] {
    const kinds = ["configs", "secrets"] as const;
    const files = kinds.flatMap((kind) =>
      members(field(document, kind)).flatMap(([name, node]) => {
        const path = field(node, "file");
        return path === undefined ? [] : [missing(path, `the ${kind.slice(0, -1)} ${JSON.stringify(name)}`)];
      })
    );
    const mounts = members(field(document, "services")).flatMap(([name, node]) =>
      items(field(node, "volumes")).flatMap((volume) => {
        const from = volume.kind === "object" ? field(volume, "source") : volume;
        return from !== undefined && /^\.{1,2}(?:[/:]|$)/.test(textIn(from))
          ? [missing(from, `a volume of ${JSON.stringify(name)}`)]
          : [];
      })
    );
    return [...files, ...mounts];
  }

  function missing(node: YamlNode, what: string): string {
    return `${placeOf(node)}: ${JSON.stringify(textIn(node))} is not published, and ${what} needs it where it is run`;
  }

  function placeOf({ offset }: { readonly offset: number }): string {
    return `${file}:${text.slice(0, offset).split("\n").length}`;
  }

  function fail(node: YamlNode, problem: string): never {
    throw new ComposeProblem(`${placeOf(node)}: ${problem}`);
  }
}

/** A field, also one that a merge key (`<<`) brings. */
function field(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node?.kind !== "object") return undefined;
  const own = node.byKey.get(name)?.value;
  if (own !== undefined) return own;
  for (const merged of items(node.byKey.get("<<")?.value)) {
    const value = field(merged, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The items of a list; what is none stands for a list of itself. */
function items(node: YamlNode | undefined): readonly YamlNode[] {
  if (node === undefined) return [];
  return node.kind === "list" ? node.items : [node];
}

function members(node: YamlNode | undefined): readonly (readonly [string, YamlNode])[] {
  return node?.kind === "object" ? [...node.byKey].map(([key, { value }]) => [key, value] as const) : [];
}

function textIn(node: YamlNode | undefined): string {
  return node?.kind === "scalar" ? node.text : "";
}

/** A Git repository, or another artifact. */
function isRemote(node: YamlNode): boolean {
  return /^(?:[a-z]+:\/\/|git@|github\.com\/)|\.git(?:[#:]|$)/.test(textIn(node));
}
