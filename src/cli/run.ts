import { CommanderError } from "commander";
import { errorReport } from "./error_report.ts";
import { EXIT, exitCode } from "./exit_code.ts";
import { printable } from "./printable.ts";
import { createProgram } from "./program.ts";
import type { World } from "./world.ts";

/**
 * Runs one command line.
 *
 * @param args The arguments after the program's name.
 * @returns The exit code.
 */
export async function run(args: readonly string[], world: World): Promise<number> {
  let code: number = EXIT.done;
  const masked: World = { ...world, stderr: (text) => world.stderr(world.secrets.mask(text)) };
  const program = createProgram(masked, (result) => code = result);
  try {
    if (args.length === 0) {
      world.stdout(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(args.map(splitBoolean), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, masked);
    masked.stderr(world.signal.aborted ? "error: Interrupted\n" : printable(errorReport(error)));
    return exitCode(error, world.signal);
  }
}

/** Flags with an optional value would swallow the argument after them; so only `--latest=false` is taken as one. */
function splitBoolean(arg: string): string {
  if (arg === "--latest=true") return "--latest";
  return arg === "--latest=false" ? "--no-latest" : arg;
}

function usage(error: CommanderError, world: World): number {
  if (error.exitCode === 0) return EXIT.done;
  // `gantry help` of something that is no command has shown the help already.
  if (error.code === "commander.help") return EXIT.usage;
  const [first = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const hint = more.filter((line) => line !== "").join(" ");
  world.stderr(`error: ${first.charAt(0).toUpperCase()}${first.slice(1)}${hint === "" ? "" : ` ${hint}`}\n`);
  world.stderr("advice: `gantry help` and `gantry help COMMAND` show what there is\n");
  return EXIT.usage;
}
