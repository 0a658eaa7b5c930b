import { parseFullVersion } from "../../oci/version.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { messageOf } from "../../work/message_of.ts";
import { readLooseYaml } from "../../yaml/read_loose_yaml.ts";
import type { YamlNode } from "../../yaml/read_yaml.ts";
import type { DeclaredProfile } from "./declaration.ts";
import type { Profile, SourceIdentity, SourceView } from "../profile.ts";
import { ownError } from "./own_error.ts";

/** Makes what reads the version of a source in the file that a declared profile names. */
export function ownVersion(profile: DeclaredProfile): NonNullable<Profile["identify"]> {
  const { file = "", at = "" } = profile.declared.version ?? {};
  return async ({ kind, read }: SourceView, { version: given }): Promise<SourceIdentity> => {
    const bytes = kind === "directory" ? await read(file) : undefined;
    if (bytes === undefined) {
      const where = kind === "directory" ? `there is no file ${JSON.stringify(file)}` : "the source is no directory";
      throw ownError(profile, `${where}, which says the version`, ["version", "file"]);
    }
    const text = new TextDecoder().decode(bytes);
    const { documents: [root], problem } = readLooseYaml(text);
    if (problem !== undefined) throw wrong(text, problem, problem.message);
    const found = root && nodeAt(root, at);
    if (found?.kind !== "scalar") {
      throw ownError(profile, `there is no text at ${JSON.stringify(at)} in ${file}`, ["version", "at"]);
    }
    const version = parsed(text, found);
    if (given === undefined || given === version) return { version, from: file, isFixed: false };
    throw wrong(text, found, `the version is ${version}, and ${given} was asked for`);
  };

  function parsed(text: string, node: YamlNode & { readonly text: string }): string {
    try {
      return parseFullVersion(node.text);
    } catch (cause) {
      throw wrong(text, node, messageOf(cause));
    }
  }

  function wrong(text: string, { offset }: { readonly offset: number }, problem: string): SourceError {
    const line = text.slice(0, offset).split("\n").length;
    return new SourceError(`Cannot publish with profile ${JSON.stringify(profile.name)}: ${file}:${line}: ${problem}`);
  }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6901#section-4 | RFC 6901, section 4} */
function nodeAt(root: YamlNode, pointer: string): YamlNode | undefined {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts.reduce<YamlNode | undefined>((node, part) => {
    if (node?.kind === "object") return node.byKey.get(part)?.value;
    return node?.kind === "list" ? node.items[Number(part)] : undefined;
  }, root);
}
