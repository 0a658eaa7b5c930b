import type { PluginFactory, Stage } from "../../pipeline/plugin.ts";
import { importModule } from "./import_module.ts";

/** A plugin that was put into the program when it was compiled. */
export interface BakedPlugin {
  readonly name: string;
  readonly version: string;
  readonly stage: Stage;
  readonly description?: string;
  /** The name of its module, in the directory of the list. */
  readonly module: string;
}

/** Where `deno task compile --plugin` puts the modules, and the list of them. */
const DIRECTORY = new URL("../../../dist/plugins/", import.meta.url);
/** The name of the list. */
export const BAKED_LIST = "plugins.json";

/** Lists the plugins that are in this program, by name; none where it was not compiled. */
export async function bakedPlugins(): Promise<readonly BakedPlugin[]> {
  // What a build has left in a checkout is in no program.
  if (!Deno.build.standalone) return [];
  try {
    return JSON.parse(await Deno.readTextFile(new URL(BAKED_LIST, DIRECTORY)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new Error("Cannot read the list of the plugins in this program", { cause: error });
  }
}

/**
 * Loads a plugin that is in this program.
 *
 * The plugin must be one of {@linkcode bakedPlugins}: a module that is not in the program would be looked for on the
 * disk, where anybody could have put one.
 */
export async function loadBaked({ name, module }: BakedPlugin): Promise<PluginFactory> {
  return await importModule(new URL(module, DIRECTORY).href, name);
}
