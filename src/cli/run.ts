import { CommanderError } from "commander";
import { errorJson } from "./error_json.ts";
import { errorReport } from "./error_report.ts";
import { EXIT, exitCode } from "./exit_code.ts";
import { formatOutput } from "./format_output.ts";
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
  let isTaken = false;
  const masked: World = {
    ...world,
    stdout: (text) => isTaken ? masked.stderr(text) : world.stdout(text),
    stderr: (text) => world.stderr(world.secrets.mask(text)),
    takeStdout(): ReturnType<World["takeStdout"]> {
      isTaken = true;
      return world.takeStdout();
    },
  };
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
    masked.stderr(world.signal.aborted ? "error: Interrupted\n" : printable(errorReport(error, args[0])));
    const format = outputFormat(args);
    if (format !== undefined) masked.stdout(world.secrets.mask(await formatOutput(errorJson(error), format)));
    return exitCode(error, world.signal);
  }
}

/** How a program wants to be told, whatever the command was; the last word counts. */
function outputFormat(args: readonly string[]): "json" | "yaml" | undefined {
  const words = args.flatMap((arg, at) => {
    const attached = /^(?:--output=|-o=?)(json|yaml|text)$/.exec(arg)?.[1];
    return attached ?? (arg === "-o" || arg === "--output" ? args[at + 1] ?? [] : []);
  });
  const last = words.at(-1);
  return last === "json" || last === "yaml" ? last : undefined;
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
