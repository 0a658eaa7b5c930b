import { Command } from "commander";
import { withExamples } from "../help/examples.ts";

/** Declares `man`. */
export function manCommand(): Command {
  const command = new Command("man")
    .argument("[command...]", "whose page; that of gantry itself when left out")
    .description("print the manual page of a command, for the program man");
  return withExamples(command, [
    ["Read one", "gantry man push | man -l -"],
    ["Keep one where man looks for it", "gantry man > gantry.1"],
    ["And that of a command below another", "gantry man plugin test > gantry-plugin-test.1"],
  ]);
}
