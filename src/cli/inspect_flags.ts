import { Command, Option } from "commander";
import type { Platform } from "../oci/descriptor.ts";
import { platform } from "./options.ts";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `inspect`, as they were given; what was not given is absent. */
export interface InspectFlags extends ReadingFlags {
  readonly files?: boolean;
  readonly referrers?: boolean;
  readonly raw?: boolean;
  readonly platform?: Platform;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `inspect`. */
export function inspectCommand(): Command {
  const command = new Command("inspect")
    .description("show what was published")
    .argument("<reference>", "oci://HOST/REPOSITORY[:TAG][@DIGEST], oci-layout:PATH… or oci-archive:PATH…")
    .optionsGroup("Content:")
    .option("--files", "also the files in its layers")
    .option("--referrers", "also what refers to it: signatures, SBOMs and the like")
    .option("--raw", "the exact bytes of the manifest, and nothing else")
    .option("--platform <os/arch>", "which manifest of an index, such as linux/amd64", platform);
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
