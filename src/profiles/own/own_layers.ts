import type { Entry } from "../../pipeline/entry.ts";
import { gitRules } from "../../plugins/filter/git_rules.ts";
import type { DeclaredProfile, OwnLayer } from "./declaration.ts";
import { ownError } from "./own_error.ts";
import { fillIn } from "./placeholders.ts";

/**
 * Says which files go into which layer: each into the first one whose patterns match it.
 *
 * @returns The files of each layer, in the order of the entries.
 * @throws {SourceError} When a pattern matches no file, or nothing is left for a layer; names the place of the pattern.
 */
export function layersOf(entries: readonly Entry[], profile: DeclaredProfile): readonly (readonly Entry[])[] {
  const files = entries.filter(({ kind }) => kind === "file");
  const { layers } = profile.declared;
  const taken = new Set<Entry>();
  return layers.map(({ files: patterns }, layer) => {
    for (const [at, pattern] of patterns.entries()) {
      // A pattern that takes back what another one matches is of use to that one only.
      if (pattern.startsWith("!") || files.some(matching([pattern]))) continue;
      throw ownError(profile, `no file matches ${JSON.stringify(pattern)}`, ["layers", layer, "files", at]);
    }
    const left = files.filter(matching(patterns)).filter((file) => !taken.has(file));
    if (left.length === 0) throw ownError(profile, "layers before this one take all of its files", ["layers", layer]);
    for (const file of left) taken.add(file);
    return left;
  });
}

function matching(patterns: readonly string[]): (entry: Entry) => boolean {
  const rules = gitRules([{ from: "files", patterns }]);
  return ({ path, kind }) => rules.ignores(path, kind) !== undefined;
}

/** The path of a file where it is unpacked, or written to by its title. */
export function pathIn(layer: OwnLayer, path: string, known: { readonly version?: string | undefined }): string {
  const within = prefixed(layer, path);
  return layer.as === "raw" ? titleOfFile(layer, within, known) ?? within : within;
}

/** The path with the directory that all paths of the layer begin with. */
export function prefixed({ prefix = "" }: OwnLayer, path: string): string {
  const directory = prefix.replace(/\/+$/, "");
  return directory === "" ? path : `${directory}/${path}`;
}

/** The title of a layer that is a file; `undefined` when it has none. */
export function titleOfFile(
  { title = "{path}" }: OwnLayer,
  path: string,
  { version }: { readonly version?: string | undefined },
): string | undefined {
  return title === "" ? undefined : fillIn(title, { version, path, name: path.split("/").at(-1) ?? path });
}
