import { Command, Option } from "commander";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `tag`, as they were given; what was not given is absent. */
export interface TagFlags extends ReadingFlags {
  readonly force?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `tag`. */
export function tagCommand(): Command {
  const command = new Command("tag")
    .description("give more names to what was published")
    .argument("<reference>", "oci://HOST/REPOSITORY:TAG or …@DIGEST, oci-layout:PATH… or oci-archive:PATH…")
    .argument("<tag...>", "the names")
    .optionsGroup("Tags:")
    .option("--force", "let a version tag move");
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
