import type { Command } from "commander";
import { FOREIGN_COMMANDS, type ForeignCommand } from "./foreign_commands.ts";
import { OTHER_WORK, type OtherWork } from "./other_work.ts";

/**
 * Finds the command of another tool with which a command line begins: what it is here, or who does it. The longest one
 * counts: `manifest push` is done elsewhere, and `manifest` is not.
 *
 * @param program Knows gantry's own commands, which are never taken for foreign ones.
 */
export function foreignWords(args: readonly string[], program: Command): ForeignCommand | OtherWork | undefined {
  const isOwn = program.commands.some((command) => command.name() === args[0]);
  let longest: ForeignCommand | OtherWork | undefined;
  let most = 0;
  for (const each of [...FOREIGN_COMMANDS, ...OTHER_WORK]) {
    for (const words of each.words.split(", ").map((text) => text.split(" "))) {
      if (words.length <= most || isOwn && words.length === 1) continue;
      if (words.every((word, at) => args[at] === word)) [longest, most] = [each, words.length];
    }
  }
  return longest;
}
