import { Argument, Command } from "commander";
import { withExamples } from "../help/examples.ts";
import { SHELLS } from "./shells.ts";

/** Declares `completion`. */
export function completionCommand(): Command {
  const command = new Command("completion")
    .addArgument(new Argument("<shell>", "what you type in").choices(SHELLS))
    .description("print a script that completes commands, flags, values, places and tags in a shell");
  return withExamples(command, [
    ["bash, when the file is read by ~/.bashrc: . ./gantry.bash", "gantry completion bash > gantry.bash"],
    ["zsh, for good; the directory must be in $fpath", "gantry completion zsh > _gantry"],
    ["fish, for good, when it is put into ~/.config/fish/completions", "gantry completion fish > gantry.fish"],
  ]);
}

/** Declares `complete`, which the scripts of `completion` ask. It is for no person, and in no help. */
export function completeCommand(): Command {
  return new Command("complete").argument("[words...]");
}
