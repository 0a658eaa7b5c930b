import { Command, Option } from "commander";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `copy`, as they were given; what was not given is absent. */
export interface CopyFlags extends ReadingFlags {
  readonly allTags?: boolean;
  readonly referrers?: boolean;
  readonly force?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `copy`. */
export function copyCommand(): Command {
  const command = new Command("copy")
    .description("copy what was published from one place to others")
    .argument("<source>", "oci://HOST/REPOSITORY[:TAG][@DIGEST], oci-layout:PATH… or oci-archive:PATH…")
    .argument("<destination...>", "the same; without a tag it gets the source's")
    .optionsGroup("Content:")
    .option("--all-tags", "every tag of the source")
    .option("--referrers", "also what refers to it: signatures, SBOMs and the like")
    .optionsGroup("Tags:")
    .option("--force", "let a version tag move");
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
