/**
 * A program that loads plugins as gantry does, for tests of the compiled program: for each argument it prints the
 * name of the plugin, or the code, the message and the hint of the error.
 */
import { loadWithHint } from "../../../src/cli/plugin/load_with_hint.ts";
import { makePlugin } from "../../../src/driver/check_plugin.ts";
import { createKit } from "../../../src/driver/kit.ts";
import { PluginError } from "../../../src/pipeline/plugin_error.ts";
import { bakedPlugins } from "../../../src/plugins/load/baked.ts";

const said: unknown[] = [await bakedPlugins()];
for (const specifier of Deno.args) said.push(await load(specifier));
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(said)));

async function load(specifier: string): Promise<unknown> {
  try {
    const factory = await loadWithHint(specifier, {
      base: Deno.cwd(),
      env: (name) => Deno.env.get(name),
      signal: new AbortController().signal,
      known: ["ignore"],
    });
    return makePlugin(factory, await createKit(), specifier).name;
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    return [error.message, error.hint];
  }
}
