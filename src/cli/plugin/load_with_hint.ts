import { extname } from "node:path";
import type { PluginFactory } from "../../pipeline/plugin.ts";
import { PluginError } from "../../pipeline/plugin_error.ts";
import { LoadError, type LoadProblem } from "../../plugins/load/load_error.ts";
import { isPackage } from "../../plugins/load/load_package.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import { loadPlugin, type LoadPluginOptions } from "../../verbs/publish/stages/load_plugin.ts";

/**
 * Loads a plugin as {@linkcode loadPlugin} does.
 *
 * @throws {PluginError} When it cannot be loaded; the hint says what can be done about it.
 */
export async function loadWithHint(specifier: string, options: LoadPluginOptions): Promise<PluginFactory> {
  try {
    return await loadPlugin(specifier, options);
  } catch (error) {
    throw withHint(error, specifier);
  }
}

/** Says of an error of loading what can be done about it; any other error stays as it is. */
export function withHint(error: unknown, specifier: string): unknown {
  const cause = error instanceof PluginError ? error.cause : error;
  if (!(cause instanceof LoadError)) return error;
  const hint = hintFor(cause.problem, specifier);
  return new PluginError(cause.message, { code: "PLUGIN_INVALID", plugin: specifier, hint, cause });
}

function hintFor(problem: LoadProblem, specifier: string): string | undefined {
  switch (problem) {
    case "import":
      return isPackage(specifier)
        ? "check the name and the version, and whether the registry of the packages can be reached"
        : "a plugin's file may import nothing when it runs but modules of Node: " +
          "`deno task gantry plugin build FILE`, in a checkout of gantry, makes one file of it and all that it imports";
    case "compiled":
      return `\`deno task gantry plugin build ${specifier} -o FILE.mjs\`, in a checkout of gantry, makes a file of it that works here; ` +
        `\`deno task compile --plugin ${specifier}\` makes a gantry that has it`;
    case "frozen":
      return `run Deno without --frozen, or make a file of it once by \`gantry plugin build ${specifier} -o FILE.mjs\``;
    case "kind":
      return specifierKind(specifier) === "url"
        ? "download it, look at it, and name the file"
        : extname(specifier) === ""
        ? undefined
        : `a program is named with exec: in front, exec:${specifier}`;
    case "missing":
      return specifierKind(specifier) === "name"
        ? "`gantry plugin list` shows which there are; a file is named with its directory, such as ./plugin.ts"
        : undefined;
    default:
      return undefined;
  }
}
