import { Command, Option } from "commander";
import { repeated } from "./options.ts";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `export`, as they were given; what was not given is absent. */
export interface ExportFlags extends ReadingFlags {
  /** `false` for `--without-referrers`. */
  readonly withoutReferrers?: boolean;
  readonly have?: readonly string[];
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `export`. */
export function exportCommand(): Command {
  const command = new Command("export")
    .description("put artifacts from any repositories, with all that refers to them, into one layout to carry")
    .usage("[options] <reference...> <destination>")
    .argument(
      "<reference...>",
      "oci://HOST/REPOSITORY[:TAG][@DIGEST], oci-layout:PATH… or oci-archive:PATH…; the last is where it goes: " +
        "oci-layout:PATH or oci-archive:PATH",
    )
    .optionsGroup("Content:")
    .option("--without-referrers", "leave signatures, SBOMs and all else that refers to them behind")
    .option("--have <path>", "leave out what the far side has, as `gantry inventory` wrote it (repeatable)", repeated);
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
