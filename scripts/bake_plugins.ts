import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stagesOfBuiltIn } from "../src/verbs/publish/stages/built_ins.ts";
import { makePlugin } from "../src/driver/check_plugin.ts";
import { createKit } from "../src/driver/kit.ts";
import { BAKED_LIST, type BakedPlugin } from "../src/plugins/load/baked.ts";
import { specifierKind } from "../src/plugins/load/specifier_kind.ts";
import { buildPlugin } from "../src/plugins/load/build_plugin.ts";
import { importModule } from "../src/plugins/load/import_module.ts";

/**
 * Builds plugins, loads each once to check it, and writes them with their list to a directory that
 * {@linkcode bakedPlugins} reads in the compiled program.
 *
 * @param what Files, or specifiers of packages.
 * @param directory Where they go; what an earlier build has left there is removed.
 * @returns The files that belong into the program; none without plugins.
 * @throws {Error} When one is no plugin, or two have one name.
 */
export async function bakePlugins(what: readonly string[], directory: string): Promise<readonly string[]> {
  await Deno.remove(directory, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  if (what.length === 0) return [];
  await Deno.mkdir(directory, { recursive: true });
  const kit = await createKit();
  const baked = new Map<string, { readonly from: string; readonly plugin: BakedPlugin }>();
  for (const [at, from] of what.entries()) {
    const text = await buildPlugin(from, { base: ".", deno: Deno.execPath(), signal: new AbortController().signal });
    const module = `${at}.mjs`;
    await Deno.writeTextFile(join(directory, module), text);
    const factory = await importModule(pathToFileURL(join(directory, module)).href, from);
    const { name, version, stage, description } = makePlugin(factory, kit, from);
    if (specifierKind(name) !== "name") {
      throw new Error(
        `Cannot bake ${from}: a configuration could not tell its name "${name}" from a file or a package`,
      );
    }
    if (stagesOfBuiltIn(name).length > 0) {
      throw new Error(`Cannot bake ${from}: a built-in plugin has the name "${name}", and would be taken instead`);
    }
    const other = baked.get(name);
    if (other !== undefined) throw new Error(`Cannot bake ${from}: ${other.from} has the name "${name}" as well`);
    const plugin = { name, version, stage, ...(description === undefined ? {} : { description }), module };
    baked.set(name, { from, plugin });
  }
  const plugins = [...baked.values()].map(({ plugin }) => plugin).sort((a, b) => a.name < b.name ? -1 : 1);
  await Deno.writeTextFile(join(directory, BAKED_LIST), `${JSON.stringify(plugins, undefined, 2)}\n`);
  return [BAKED_LIST, ...plugins.map(({ module }) => module)].map((name) => join(directory, name));
}
