import type { Command, Help, HelpConfiguration } from "commander";
import { HOMEPAGE } from "../../host/version.ts";
import { examplesOf } from "./examples.ts";
import { foldedFlags } from "./folded_flags.ts";
import { wrappedLine } from "./wrapped_line.ts";

/** No line of help is longer, however wide the terminal is: nobody reads lines of 200 characters. */
export const HELP_WIDTH_LIMIT = 100;

/** A description narrower than this stands below its term and not beside it. */
const BESIDE = 40;
const INDENT = "  ";

/**
 * How help is laid out: what a command does, how it is used, and examples come first, and every line stays within the
 * width of the terminal. Commands are listed by their names alone; their arguments stand in their own help.
 */
export const HELP_LAYOUT: HelpConfiguration = {
  minWidthToWrap: 1,
  subcommandTerm: (command) => command.name(),
  formatHelp(command, helper): string {
    const termWidth = helper.padWidth(command, helper);
    const item = (term: string, text: string): string => helper.formatItem(term, termWidth, text, helper);
    const options = helper.groupItems(
      [...command.options],
      helper.visibleOptions(command),
      (option) => option.helpGroupHeading ?? "Options:",
    );
    const commands = helper.groupItems(
      [...command.commands],
      helper.visibleCommands(command),
      (below) => below.helpGroup() || "Commands:",
    );
    return [
      [wrapped(helper.commandDescription(command), helper)],
      [`Usage: ${helper.styleUsage(helper.commandUsage(command))}`],
      exampleLines(command, helper),
      section(
        "Arguments:",
        helper.visibleArguments(command).map((each) =>
          item(helper.argumentTerm(each), helper.argumentDescription(each))
        ),
      ),
      ...[...commands].map(([heading, group]) =>
        section(heading, group.map((each) => item(helper.subcommandTerm(each), helper.subcommandDescription(each))))
      ),
      ...[...options].map(([heading, group]) =>
        section(heading, group.map((each) => item(helper.optionTerm(each), helper.optionDescription(each))))
      ),
      foldedLines(command, helper),
      [wrapped(`Docs: ${HOMEPAGE}/tree/main/docs`, helper)],
    ].filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`).join("\n");
  },
  formatItem(term, termWidth, description, helper): string {
    if (description === "") return INDENT + term;
    const beside = INDENT.length + termWidth + INDENT.length;
    const isBeside = widthOf(helper) - beside >= BESIDE;
    const before = " ".repeat(isBeside ? beside : 3 * INDENT.length);
    const wrapped = helper.boxWrap(description, widthOf(helper) - before.length).replaceAll("\n", `\n${before}`);
    return isBeside ? INDENT + term.padEnd(termWidth) + INDENT + wrapped : `${INDENT}${term}\n${before}${wrapped}`;
  },
  styleUsage(this: Help, usage): string {
    const before = "Usage: ";
    return this.boxWrap(usage, widthOf(this) - before.length).replaceAll("\n", `\n${" ".repeat(before.length)}`);
  },
};

/** A heading and what stands below it; nothing where there is nothing below. */
function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines];
}

/** Each example can be copied as it stands: where it does not fit, the shell is told that the line goes on. */
function exampleLines(command: Command, helper: Help): readonly string[] {
  const examples = examplesOf(command).flatMap(([what, line]) => {
    const comment = wrapped(what, helper, `${INDENT}# `.length).split("\n").map((text) => `${INDENT}# ${text}`);
    return [...comment, ...wrappedLine(line, widthOf(helper) - INDENT.length).map((text) => INDENT + text)];
  });
  return section("Examples:", examples);
}

/** Where flags are explained that many commands have. */
function foldedLines(command: Command, helper: Help): readonly string[] {
  return foldedFlags(command).map(({ count, what, topic }) =>
    wrapped(`${count} more flags for ${what}: gantry help ${topic}`, helper)
  );
}

function wrapped(text: string, helper: Help, indent = 0): string {
  return helper.boxWrap(text, widthOf(helper) - indent);
}

function widthOf({ helpWidth = 80 }: Help): number {
  return helpWidth;
}
