import { basename, dirname, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { didYouMean } from "../../work/nearest_word.ts";
import type { PluginFactory } from "../../pipeline/plugin.ts";
import { readSmallText } from "../../system/read_small_file.ts";
import { importModule } from "./import_module.ts";
import { LoadError } from "./load_error.ts";
import { moduleImports } from "./module_imports.ts";
import { stripTypes } from "./strip_types.ts";

/** What a plugin's file may be called. */
export const PLUGIN_EXTENSIONS: readonly string[] = [".ts", ".js", ".mjs"];

/** How to load a file. */
export interface LoadFileOptions {
  /** The directory that the path is relative to. */
  readonly base: string;
  /** Whether the types of a `.ts` file are taken out here; when left out, in the compiled program. */
  readonly strip?: boolean;
}

/**
 * Loads a plugin's file.
 *
 * In the compiled program the types of a `.ts` file are taken out here, whatever the runtime can do, so that a file
 * works in every build or in none.
 *
 * @returns Its default export, whatever that is.
 * @throws {LoadError} Names the file, and the line where there is one.
 */
export async function loadFile(
  path: string,
  { base, strip = Deno.build.standalone }: LoadFileOptions,
): Promise<PluginFactory> {
  const file = await findFile(resolve(base, path));
  const url = strip && extname(file) === ".ts" ? await strippedUrl(file) : pathToFileURL(file).href;
  return await importModule(url, file);
}

/**
 * Finds a plugin's file.
 *
 * @param path An absolute path.
 * @returns The path without symbolic links.
 * @throws {LoadError} When there is none, with the name that was meant; or when it cannot be one.
 */
export async function findFile(path: string): Promise<string> {
  const file = await Deno.realPath(path).catch(async (cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw unreadable(path, cause);
    throw new LoadError("missing", `Cannot find ${JSON.stringify(path)}${await meant(path)}`, cause);
  });
  const { isFile } = await Deno.stat(file);
  if (!isFile) throw new LoadError("kind", `Cannot load ${JSON.stringify(path)}: it is not a file`);
  if (!PLUGIN_EXTENSIONS.includes(extname(file))) {
    throw new LoadError(
      "kind",
      `Cannot load ${JSON.stringify(path)}: its name must end in ${PLUGIN_EXTENSIONS.join(", ")}`,
    );
  }
  return file;
}

/** How large the text of a plugin may be, in bytes; one with all that it imports has a few MiB. */
const SIZE_LIMIT = 64 * 1024 * 1024;

/** Reads the text of a plugin's file. */
export async function readSource(file: string): Promise<string> {
  try {
    return await readSmallText(file, SIZE_LIMIT);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function strippedUrl(file: string): Promise<string> {
  const source = await stripTypes(await readSource(file), file);
  const { runtime: [first], metas } = await moduleImports(source);
  if (first !== undefined) {
    throw new LoadError("import", `Cannot load ${file}:${first.line}: it imports ${JSON.stringify(first.specifier)}`);
  }
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(withMeta(source, metas, file))}`;
}

/** The module has no file of its own any more, and must not notice. */
function withMeta(source: string, metas: readonly (readonly [number, number])[], file: string): string {
  const url = pathToFileURL(file).href;
  const meta = JSON.stringify({ url, filename: fileURLToPath(url), dirname: dirname(file), main: false });
  let whole = source;
  for (const [start, end] of metas.toReversed()) whole = `${whole.slice(0, start)}(${meta})${whole.slice(end)}`;
  return whole;
}

async function meant(path: string): Promise<string> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(dirname(path))) names.push(name);
  } catch {
    return `: there is no directory ${JSON.stringify(dirname(path))}`;
  }
  const plugins = names.filter((name) => PLUGIN_EXTENSIONS.includes(extname(name)));
  return didYouMean(basename(path), plugins.sort()) || ": there is no such file";
}

function unreadable(path: string, cause: unknown): LoadError {
  const reason = cause instanceof Deno.errors.PermissionDenied ? "permission denied" : String(cause);
  return new LoadError("missing", `Cannot read ${JSON.stringify(path)}: ${reason}`, cause);
}
