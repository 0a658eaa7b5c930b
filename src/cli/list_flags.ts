import { Command, Option } from "commander";
import { wholeNumber } from "./options.ts";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `list`, as they were given; what was not given is absent. */
export interface ListFlags extends ReadingFlags {
  readonly all?: boolean;
  readonly filterSemver?: string;
  readonly filterRegex?: string;
  readonly limit?: number;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `list`. */
export function listCommand(): Command {
  const command = new Command("list")
    .description("list the versions in a repository, the highest first")
    .argument("<repository>", "oci://HOST/REPOSITORY, oci-layout:PATH or oci-archive:PATH")
    .optionsGroup("Content:")
    .option("--all", "also tags that are no versions")
    .option("--filter-semver <range>", 'only versions in this range, such as "^1.2" or ">=1.0.0 <3"')
    .option("--filter-regex <expression>", "only tags in which this is found, be they versions or not")
    .option("--limit <number>", "no more than so many; 0 for all (default)", wholeNumber(0, 999_999_999));
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
