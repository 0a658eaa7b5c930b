import { dirname, extname, resolve } from "node:path";
import { makeDirectories } from "../../system/make_directories.ts";
import { writeOutput } from "../../system/output_place.ts";
import { buildPlugin } from "../../plugins/load/build_plugin.ts";
import { isPackage } from "../../plugins/load/load_package.ts";
import { EXIT } from "../output/exit_code.ts";
import { withHint } from "./load_with_hint.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/** The flags of `plugin build`, as they were given. */
export interface PluginBuildFlags {
  readonly output?: string;
}

/** `gantry plugin build`: one module of a plugin, for the compiled gantry and for whoever wants to read what runs. */
export async function runPluginBuild(what: string, { output }: PluginBuildFlags, world: World): Promise<number> {
  const path = output ?? usualOutput(what);
  if (resolve(path) === resolve(what)) {
    throw new UsageError(`Cannot build ${what} over itself: say where it goes, with -o`);
  }
  const text = await buildPlugin(what, {
    base: ".",
    deno: Deno.build.standalone ? undefined : Deno.execPath(),
    signal: world.signal,
  }).catch((error) => {
    throw withHint(error, what);
  });
  await makeDirectories(dirname(path));
  await writeOutput(path, new TextEncoder().encode(text), world.signal);
  world.stdout(`${path}\n`);
  return EXIT.done;
}

function usualOutput(what: string): string {
  if (isPackage(what)) throw new UsageError(`Cannot build ${what}: say where it goes, with -o`);
  const ending = extname(what);
  return `${what.slice(0, what.length - ending.length)}.mjs`;
}
