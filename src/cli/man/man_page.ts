import type { Command, Help } from "commander";
import { examplesOf } from "../help/examples.ts";
import { ENVIRONMENT } from "../environment.ts";
import { EXIT_MEANINGS } from "../output/exit_code.ts";
import { foldedFlags } from "../help/folded_flags.ts";

/**
 * Writes the manual page of a command in the language of `man`, from the same declarations as its help.
 *
 * @param command The command, or the program itself.
 * @param options.version Of gantry, for the foot of the page.
 * @returns A page of section 1.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/groff_man.7.html | groff_man(7)}
 */
export function manPage(command: Command, { version }: { readonly version: string }): string {
  const help = command.createHelp();
  const name = pageName(command);
  return [
    `.TH ${name.toUpperCase()} 1 "" "gantry ${version}" "gantry"`,
    ".SH NAME",
    // `man -k` takes a page apart at this dash, which must not be one of the text.
    `${escaped(name)} \\- ${escaped(help.commandDescription(command))}`,
    ".SH SYNOPSIS",
    `.B ${escaped(help.commandUsage(command))}`,
    ...examples(command),
    ...section(
      "ARGUMENTS",
      help.visibleArguments(command).map((each) => ({
        term: help.argumentTerm(each),
        text: help.argumentDescription(each),
      })),
    ),
    ...groups(
      help.groupItems(
        [...command.commands],
        help.visibleCommands(command),
        (below) => below.helpGroup() || "Commands:",
      ),
      (below) => ({ term: below.name(), text: help.subcommandDescription(below) }),
    ),
    ...groups(
      help.groupItems(
        [...command.options],
        help.visibleOptions(command),
        (option) => option.helpGroupHeading ?? "Options:",
      ),
      (option) => ({ term: help.optionTerm(option), text: help.optionDescription(option) }),
    ),
    ...foldedFlags(command).flatMap(({ count, what, topic }) => [
      ".PP",
      escaped(`${count} more flags for ${what} are explained by: gantry help ${topic}`),
    ]),
    ...(command.parent === null ? programSections() : []),
    ...seeAlso(command, help),
    "",
  ].join("\n");
}

/** The page's name: `gantry-plugin-test` for `gantry plugin test`. */
export function pageName(command: Command): string {
  return command.parent === null ? command.name() : `${pageName(command.parent)}-${command.name()}`;
}

/** The program and every command below it that people are told of, in the order of the help. */
export function pagesOf(program: Command): readonly Command[] {
  const below = program.createHelp().visibleCommands(program).filter((command) => command.name() !== "help");
  return [program, ...below.flatMap(pagesOf)];
}

interface Item {
  readonly term: string;
  readonly text: string;
}

function groups<T>(grouped: Map<string, readonly T[]>, item: (each: T) => Item): readonly string[] {
  return [...grouped].flatMap(([heading, each]) => section(heading.replace(/:$/, "").toUpperCase(), each.map(item)));
}

function section(heading: string, items: readonly Item[]): readonly string[] {
  if (items.length === 0) return [];
  const lines = items.flatMap(({ term, text }) => [".TP", `.B ${escaped(term)}`, escaped(text)]);
  return [`.SH ${quoted(heading)}`, ...lines];
}

/** What holds for every command, so the page of the program has it. */
function programSections(): readonly string[] {
  const plain = (text: string): string => text.replaceAll("`", "");
  return [
    ...section("EXIT STATUS", EXIT_MEANINGS.map(([code, what]) => ({ term: String(code), text: plain(what) }))),
    ...section(
      "ENVIRONMENT",
      ENVIRONMENT.map(([names, what]) => ({ term: [...new Set(names)].join(", "), text: plain(what) })),
    ),
  ];
}

function examples(command: Command): readonly string[] {
  const lines = examplesOf(command).flatMap(([what, line]) => [
    ".PP",
    escaped(/[.?!:]$/.test(what) ? what : `${what}:`),
    ".PP",
    ".nf",
    `.RS 4`,
    escaped(line),
    ".RE",
    ".fi",
  ]);
  return lines.length === 0 ? [] : [".SH EXAMPLES", ...lines];
}

function seeAlso(command: Command, help: Help): readonly string[] {
  const { parent } = command;
  const below = help.visibleCommands(command).filter((each) => each.name() !== "help");
  const names = [...(parent === null ? [] : [pageName(parent)]), ...below.map(pageName)].sort();
  if (names.length === 0) return [];
  return [".SH SEE ALSO", ...names.map((name, at) => `.BR ${escaped(name)} (1)${at < names.length - 1 ? "," : ""}`)];
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}

/** Text as it stands: a dash that can be copied, and no line that `man` takes for an order. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    // groff has no such character where the locale is C, and warns.
    .replaceAll("\u2026", "...")
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll(/^(?=[.'])/g, "\\&")
    // Not every reader of pages takes UTF-8.
    .replaceAll(/[^\x20-\x7e]/gu, (char) => `\\[u${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`);
}
