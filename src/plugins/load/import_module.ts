import type { PluginFactory } from "../../pipeline/plugin.ts";
import { LoadError } from "./load_error.ts";

/**
 * Imports a module, and says in one sentence why that fails.
 *
 * @param url What to import.
 * @param name What errors call it: its file, or its specifier.
 * @returns Its default export, whatever that is.
 * @throws {LoadError} Always, when it cannot be imported.
 */
export async function importModule(url: string, name: string): Promise<PluginFactory> {
  try {
    const { default: factory } = await import(url);
    return factory;
  } catch (error) {
    throw explained(error, name);
  }
}

/** What Deno says for a module that it cannot find, but also for one that it cannot parse. */
const NOT_LOADED = "ERR_MODULE_NOT_FOUND";
const SYNTAX_REGEXP = /could not be parsed|^SyntaxError: |^Expression expected/;
// deno-lint-ignore no-control-regex -- Deno colours its messages, terminal or not
const COLOR_REGEXP = /\x1b\[[0-9;]*m/g;

function explained(error: unknown, name: string): LoadError {
  if (!(error instanceof Error)) return new LoadError("threw", `Cannot load ${name}: it threw ${String(error)}`, error);
  const message = error.message.replaceAll(COLOR_REGEXP, "");
  const [first = ""] = message.split("\n");
  if (error instanceof SyntaxError || SYNTAX_REGEXP.test(message)) {
    if (/does not provide an export/.test(message)) return importing(first, name, error);
    const position = /:(\d+:\d+)(?:$|\n|\))/.exec(message)?.[1];
    const reason = first.replace(/ at \S+:\d+:\d+$/, "").replace(/^.*could not be parsed: |^SyntaxError: /, "");
    return new LoadError(
      "syntax",
      `Cannot parse ${name}${position === undefined ? "" : `:${position}`}: ${reason}`,
      error,
    );
  }
  if (Reflect.get(error, "code") !== NOT_LOADED) {
    return new LoadError("threw", `Cannot load ${name}: it threw ${error.name}: ${first}`, error);
  }
  if (first.startsWith("The lockfile is out of date")) {
    return new LoadError("frozen", `Cannot load ${name}: the lock file does not have it and is frozen`, error);
  }
  return importing(first, name, error);
}

function importing(reason: string, name: string, cause: Error): LoadError {
  return new LoadError("import", `Cannot load ${name}: ${reason.replace(/\.$/, "")}`, cause);
}
