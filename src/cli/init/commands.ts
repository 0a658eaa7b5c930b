import { Command, Option } from "commander";
import { outputOption } from "../declare_options.ts";
import { PROFILE_NAMES } from "../../profiles/profiles.ts";
import { withExamples } from "../help/examples.ts";

/** Declares the arguments and flags of `init`. */
export function initCommand(): Command {
  const command = new Command("init")
    .description("write a commented configuration file that fits a directory, and an ignore file")
    .argument("[directory]", "what will be published", ".")
    .addOption(new Option("--profile <profile>", "the shape that an ecosystem expects").choices(PROFILE_NAMES))
    .option("--force", "replace files that are there already")
    .addOption(outputOption());
  return withExamples(command, [
    ["For the current directory", "gantry init"],
    ["For manifests that Flux will read", "gantry init ./deploy --profile flux"],
    ["Begin anew, whatever is there", "gantry init ./deploy --force"],
  ]);
}
