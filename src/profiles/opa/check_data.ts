import { readYaml, type YamlNode, type YamlObject, yamlSyntaxProblem } from "../../yaml/read_yaml.ts";
import { bundleError } from "./bundle_error.ts";
import { type BundleManifest, isIn } from "./bundle_manifest.ts";
import { checkJson, placeIn } from "./json_place.ts";

/**
 * Makes sure that a file of data is what its name says, and that all of it is in one of the roots of its bundle. The
 * directory that it is in is where it stands in `data`.
 *
 * @throws {SourceError} Names the file and the line.
 */
export function checkData(text: string, path: string, { roots, rootsPlace }: BundleManifest): void {
  if (path.endsWith(".json")) checkJson(text, path);
  else {
    const problem = yamlSyntaxProblem(text);
    if (problem !== undefined) throw bundleError(`${placeIn(text, path, problem)}: ${problem.message}`);
  }
  const directory = path.split("/").slice(0, -1).join("/");
  if (isIn(directory, roots)) return;
  const { root } = readYaml(text);
  // What cannot be read as one tree, such as YAML with aliases, is left to OPA.
  if (root === undefined) return;
  checkNode(root, directory, root.offset);

  function checkNode(node: YamlNode, at: string, offset: number): void {
    if (isIn(at, roots)) return;
    if (node.kind === "object" && isAbove(at)) return checkMembers(node, at);
    throw bundleError(
      `${placeIn(text, path, { offset })}: the data at ${JSON.stringify(`/${at}`)} is in none of the roots ` +
        `${JSON.stringify(roots)} (${rootsPlace})`,
    );
  }

  function checkMembers({ members }: YamlObject, at: string): void {
    for (const { key, keyOffset, value } of members) checkNode(value, at === "" ? key : `${at}/${key}`, keyOffset);
  }

  function isAbove(at: string): boolean {
    return roots.some((root) => at === "" || root.startsWith(`${at}/`));
  }
}
