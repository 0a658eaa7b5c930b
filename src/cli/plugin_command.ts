import { Command } from "commander";
import type { PluginBuildFlags } from "./plugin_build.ts";
import type { World } from "./world.ts";

/**
 * Declares `plugin` and what is below it.
 *
 * @param done Told the exit code of the command that ran.
 */
export function pluginCommand(world: World, done: (code: number) => void): Command {
  const command = new Command("plugin").description("build and try plugins");
  const add = (below: Command): void => {
    command.addCommand(below.copyInheritedSettings(command));
  };
  add(
    new Command("build")
      .description("make one .mjs of a plugin, without types and without imports, for the compiled gantry")
      .argument("<file>", "a .ts, .js or .mjs file; under deno run a package as well, as npm:… or jsr:…")
      .option("-o, --output <file>", "where it goes; when left out, FILE with the ending .mjs")
      .action(async (file: string, flags: PluginBuildFlags) => {
        const { pluginBuild } = await import("./plugin_build.ts");
        done(await pluginBuild(file, flags, world));
      }),
  );
  return command;
}
