import type { Command } from "commander";
import { createProgram } from "../../../src/cli/program.ts";
import { topicPage } from "../../../src/cli/help/topic_page.ts";
import { TOPICS } from "../../../src/cli/help/topics.ts";
import { fakeWorld } from "../fake_world.ts";

/** One page of help. */
export interface HelpPage {
  /** What stands behind `gantry help`, such as `plugin info`; empty for the first page. */
  readonly name: string;
  readonly text: string;
  /** Left out for a topic. */
  readonly command?: Command;
}

/** Every page of help, those of commands below others included, on a terminal of some width. */
export function helpPages(columns?: number): readonly HelpPage[] {
  const terminal = columns === undefined ? undefined : { columns: () => columns };
  const program = createProgram(fakeWorld(terminal), () => {});
  const below = (command: Command, name: string): readonly HelpPage[] => [
    { name, text: command.helpInformation(), command },
    ...visible(command).flatMap((each) => below(each, `${name} ${each.name()}`.trim())),
  ];
  return [...below(program, ""), ...TOPICS.map((name) => ({ name, text: topicPage(name, program) }))];
}

/** Without `help` itself, and without what is in no help. */
function visible(command: Command): readonly Command[] {
  const shown = command.createHelp().visibleCommands(command);
  return command.commands.filter((each) => shown.includes(each));
}
