import { type Command, CommanderError } from "commander";
import type { FailedCommand } from "./output/error_report.ts";
import { isReference } from "../oci/reference.ts";
import { UnhandledError } from "../host/unhandled_error.ts";
import { EXIT, exitCode } from "./output/exit_code.ts";
import { formatOutput } from "./output/format_output.ts";
import { paint } from "./output/paint.ts";
import { printable, printableLines } from "./output/printable.ts";
import { withStatusLine } from "./output/status_line.ts";
import { topicOf, TOPICS } from "./help/topics.ts";
import { githubCommands, isGitHub } from "./ci/github_commands.ts";
import { gitlabSection } from "./ci/gitlab_section.ts";
import { type ChosenCommand, createProgram } from "./program.ts";
import { OutputError } from "./process/text_writer.ts";
import { nearestWord } from "../work/nearest_word.ts";
import type { World } from "./world.ts";

/**
 * Runs one command line.
 *
 * @param args The arguments after the program's name.
 * @returns The exit code.
 */
export async function run(args: readonly string[], world: World): Promise<number> {
  let isTaken = false;
  const isForProgram = outputFormat(args) !== undefined || args.includes("--raw");
  const painted = (text: string, isColored = false): string => isColored ? paint(text) : text;
  const masked: World = withStatusLine({
    ...world,
    stdout(text): void {
      if (isTaken) return masked.stderr(text);
      const shown = printableLines(world.secrets.maskResult(text));
      world.stdout(painted(shown, !isForProgram && world.colors?.stdout));
    },
    stderr: (text) => world.stderr(painted(world.secrets.mask(text), world.colors?.stderr)),
    takeStdout(): ReturnType<World["takeStdout"]> {
      isTaken = true;
      return world.takeStdout();
    },
  });
  const chosen: ChosenCommand[] = [];
  const declared = (only?: string): Command => createProgram(masked, (command) => void chosen.push(command), { only });
  const program = declared(args[0]);
  const endSection = gitlabSection(args[0], masked);
  try {
    if (args.length === 0) {
      world.stdout(program.helpInformation());
      return EXIT.usage;
    }
    const topic = args[0] === "help" ? topicOf(args.slice(1)) : undefined;
    if (topic !== undefined) {
      const { topicPage } = await import("./help/topic_page.ts");
      masked.stdout(topicPage(topic, program));
      return EXIT.done;
    }
    program.parse(unknownAlone(helpBelow(args, program), program).map(splitBoolean), { from: "user" });
    let code: number = EXIT.done;
    for (const { load, given } of chosen) {
      const body = await load() as (...given: readonly unknown[]) => number | Promise<number>;
      code = await body(...given, masked, program);
    }
    endSection();
    const unhandled = unhandledOf(world);
    if (unhandled === undefined) return code;
    // What the command was to print is printed: this comes after it.
    sayError(await report(unhandled, await failedCommand(args, program)), masked);
    return EXIT.failed;
  } catch (thrown) {
    // Whoever folds a section should not have to look into it for what went wrong.
    endSection();
    if (thrown instanceof CommanderError) return await usage(thrown, { args, program: declared(), world: masked });
    const unhandled = unhandledOf(world);
    const error = unhandled ?? thrown;
    const isInterrupted = world.signal.aborted && unhandled === undefined;
    const code = unhandled === undefined ? exitCode(error, world.signal) : EXIT.failed;
    // Who has stopped reading has seen enough.
    if (code === EXIT.closed) return code;
    const advice = code === EXIT.usage ? await adviceOf(args, declared()) ?? "" : "";
    const said = isInterrupted ? "error: Interrupted\n" : await report(error, await failedCommand(args, program));
    sayError(said + advice, masked);
    const format = outputFormat(args);
    if (format !== undefined && !(error instanceof OutputError)) await printError(error, format, masked);
    return code;
  }
}

/** What people read of an error. Imported here, since most runs need none of it. */
async function report(error: unknown, failed?: FailedCommand): Promise<string> {
  const { errorReport } = await import("./output/error_report.ts");
  return printable(errorReport(error, failed));
}

/** GitHub Actions shows an error where people look: at the file, and in the summary of the run. */
function sayError(text: string, world: World): void {
  world.stderr(isGitHub(world) ? text + githubCommands("error", text, world) : text);
}

async function failedCommand([name]: readonly string[], program: Command): Promise<FailedCommand> {
  const [source = "-"] = program.commands.find((command) => command.name() === name)?.args ?? [];
  // A bundle is many artifacts, and what push is given first may be its target.
  const isComparable = isReference(source)
    ? name !== "push" && name !== "import"
    : (await Deno.stat(source).catch(() => undefined))?.isDirectory;
  return { name, ...(isComparable ? { source } : {}) };
}

/** For a program that reads standard output. Where it cannot be told, the exit code has to do. */
async function printError(error: unknown, format: "json" | "yaml", world: World): Promise<void> {
  const { errorJson } = await import("./output/error_json.ts");
  // Masked while it is JSON: in YAML, a value that begins with an asterisk would be a reference.
  const masked = JSON.parse(world.secrets.mask(JSON.stringify(errorJson(error))));
  const text = await formatOutput(masked, format);
  try {
    world.stdout(text);
  } catch (cause) {
    world.stderr(await report(cause));
  }
}

/** What failed while nobody was waiting for it ends the work as an interruption does, and is the reason for that. */
function unhandledOf({ signal }: World): UnhandledError | undefined {
  return signal.reason instanceof UnhandledError ? signal.reason : undefined;
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

/**
 * `help plugin info` is `plugin help info`, since a command knows only what is right below it; and what is no command
 * is refused as one, since the parser shows the whole help for it.
 */
function helpBelow(args: readonly string[], program: Command): readonly string[] {
  const [first, name, below] = args;
  if (first !== "help" || name === undefined) return args;
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return [name];
  if (below === undefined || command.commands.length === 0) return args;
  return command.commands.some((each) => each.name() === below) ? [name, "help", below] : [name, below];
}

/** After a word that is no command, commander takes `--version` and `--help` for the program's own, and succeeds. */
function unknownAlone(args: readonly string[], program: Command): readonly string[] {
  const [name = ""] = args;
  const isKnown = name === "help" || program.commands.some((command) => command.name() === name);
  return isKnown || name.startsWith("-") ? args : [name];
}

/** Flags with an optional value would swallow the argument after them; so only `--latest=false` is taken as one. */
function splitBoolean(arg: string): string {
  if (arg === "--latest=true") return "--latest";
  return arg === "--latest=false" ? "--no-latest" : arg;
}

/** What to type instead, where it is a habit from another tool. */
async function adviceOf(args: readonly string[], program: Command): Promise<string | undefined> {
  const { habitAdvice } = await import("./habits/habit_advice.ts");
  const advice = habitAdvice(args, program);
  return advice === undefined ? undefined : printable(advice);
}

interface Usage {
  readonly args: readonly string[];
  readonly program: Command;
  readonly world: World;
}

async function usage(error: CommanderError, { args, program, world }: Usage): Promise<number> {
  if (error.exitCode === 0) return EXIT.done;
  // `gantry help` of something that is no command has shown the help already.
  if (error.code === "commander.help") {
    const topic = args.at(-1);
    if (args.length > 1 && args.includes("help")) {
      world.stderr(printable(`error: Unknown command ${JSON.stringify(topic)}\n`));
    }
    return EXIT.usage;
  }
  const [first = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const habit = await adviceOf(args, program);
  // What is meant is known: what else is near is none of it.
  const near = more.filter((line) => line !== "").map((line) => ` ${line}`).join("") || nearWord(first);
  const hint = habit === undefined ? near : "";
  const said = `${first.charAt(0).toUpperCase()}${first.slice(1)}${hint}`;
  sayError(printable(`error: ${said}\n`) + (habit ?? commandAdvice(args, program)), world);
  const format = outputFormat(args);
  if (format !== undefined) await printError(new Error(said), format, world);
  return EXIT.usage;
}

/** The parser knows what is near to a command or a flag, and not what is to a value or a topic. */
function nearWord(message: string): string {
  const [, value = "", choices] = /'([^']*)' is invalid\b.* Allowed choices are (.*)\.$/.exec(message) ?? [];
  const [, command = ""] = /^unknown command '([^']*)'$/.exec(message) ?? [];
  const topic = nearestWord(command, [...TOPICS, "topics"]);
  const meant = topic === undefined ? nearestWord(value, choices?.split(", ") ?? []) : `help ${topic}`;
  return meant === undefined ? "" : ` (Did you mean ${meant}?)`;
}

function commandAdvice(args: readonly string[], program: Command): string {
  let [words, { commands }] = ["gantry help", program];
  for (const arg of args[0] === "help" ? args.slice(1) : args) {
    const command = commands.find((each) => each.name() === arg);
    if (command === undefined) break;
    [words, commands] = [`${words} ${arg}`, command.commands];
  }
  return `advice: \`${words}\` shows what there is\n`;
}
