import { Command, Option } from "commander";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `delete`, as they were given; what was not given is absent. */
export interface DeleteFlags extends ReadingFlags {
  readonly yes?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `delete`. */
export function deleteCommand(): Command {
  const command = new Command("delete")
    .description("take away a tag, or a manifest with all of its tags")
    .argument("<reference>", "…:TAG for a tag alone, …@DIGEST for a manifest")
    .optionsGroup("Safety:")
    .option("-y, --yes", "do not ask");
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
