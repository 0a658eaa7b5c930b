import type { PluginFactory } from "../../pipeline/plugin.ts";
import { importModule } from "./import_module.ts";
import { LoadError } from "./load_error.ts";

/** Tells whether a specifier names a package. */
export function isPackage(specifier: string): boolean {
  return specifier.startsWith("npm:") || specifier.startsWith("jsr:");
}

/**
 * Loads a plugin's package, where Deno itself runs gantry; it is fetched when it is not there.
 *
 * @param standalone Whether this is the compiled program; found out when left out.
 * @returns Its default export, whatever that is.
 * @throws {LoadError} When there is no such package, when the lock file forbids it, or in the compiled program.
 */
export async function loadPackage(
  specifier: string,
  standalone: boolean = Deno.build.standalone,
): Promise<PluginFactory> {
  if (standalone) throw new LoadError("compiled", `Cannot load ${specifier}: the compiled gantry loads no packages`);
  return await importModule(specifier, specifier);
}
