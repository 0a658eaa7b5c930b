import { Command, Option } from "commander";
import type { OutputFormat } from "./publish_flags.ts";

/** The flags of `verify`, as they were given; what was not given is absent. */
export interface VerifyFlags {
  readonly repair?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `verify`. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("check every byte of a layout or a bundle, and that nothing is missing")
    .argument("<place>", "oci-layout:PATH or oci-archive:PATH, also of a bundle in volumes")
    .optionsGroup("Changes:")
    .option("--repair", "list what nothing lists, and make a lost index.json anew; directories only")
    .optionsGroup("Output:")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens")
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
