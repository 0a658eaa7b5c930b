import type { PathProblem, Positions } from "../../verbs/publish/publish_options.ts";
import { formatPath } from "../../driver/format_path.ts";
import { type ConfigNode, type ConfigProblem, hiddenIn, keyOffset, quoteKey, valueOffset } from "./config_node.ts";
import { locateProblems } from "../../yaml/locate_problems.ts";

/**
 * Remembers where the parts of a configuration file stand. Problems are written as
 * `gantry.jsonc:14:5: "PATH": MESSAGE`, in the order of the file.
 *
 * @param file Its name and its content.
 */
export function configPositions(root: ConfigNode, file: { readonly path: string; readonly text: string }): Positions {
  return {
    at: (path) =>
      locateProblems(file.text, file.path, [{ offset: valueOffset(root, path), message: "" }]).join("")
        .replace(/: $/, ""),
    problems: (problems) => locateProblems(file.text, file.path, problems.map((problem) => placed(root, problem))),
  };
}

/** Says where a problem is. What a secret variable has brought into a value is not shown. */
export function placed(root: ConfigNode, { path, about = path, message, isKey = false }: PathProblem): ConfigProblem {
  if (isKey) {
    return { offset: keyOffset(root, path), message: `${about.length === 0 ? "" : `${subject(about)}: `}${message}` };
  }
  const hidden = hiddenIn(root, path);
  const shown = hidden === undefined ? message : `it does not fit, and is not shown because it holds \${${hidden}}`;
  return { offset: valueOffset(root, path), message: `${subject(path)}${path.length === 0 ? "" : ":"} ${shown}` };
}

/** Writes a path as people do: `"targets[0]"`. */
function subject(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the configuration";
  return quoteKey(formatPath(path));
}
