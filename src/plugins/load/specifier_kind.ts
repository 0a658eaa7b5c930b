import { extname } from "node:path";
import { PLUGIN_EXTENSIONS } from "./load_file.ts";
import { isPackage } from "./load_package.ts";

/** What a specifier of a plugin is. */
export type SpecifierKind = "name" | "file" | "package" | "exec" | "url";

/** Tells what a specifier of a plugin is: the name of one that is here, a file, a package, a program or a URL. */
export function specifierKind(specifier: string): SpecifierKind {
  if (specifier.startsWith("exec:")) return "exec";
  if (isPackage(specifier)) return "package";
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(specifier)) return "url";
  const isPath = /[/\\]/.test(specifier) || PLUGIN_EXTENSIONS.includes(extname(specifier));
  return isPath ? "file" : "name";
}
