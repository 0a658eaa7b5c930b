import type { Help, HelpConfiguration } from "commander";

/** No line of help is longer, however wide the terminal is: nobody reads lines of 200 characters. */
export const HELP_WIDTH_LIMIT = 100;

/** A description narrower than this stands below its term and not beside it. */
const BESIDE = 40;
const INDENT = "  ";

/**
 * How help is laid out: commands by their names alone, and every line within the width of the terminal. The arguments of
 * a command stand in its own help.
 */
export const HELP_LAYOUT: HelpConfiguration = {
  minWidthToWrap: 1,
  subcommandTerm: (command) => command.name(),
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

function widthOf({ helpWidth = 80 }: Help): number {
  return helpWidth;
}
