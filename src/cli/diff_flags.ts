import { Command, Option } from "commander";
import type { Platform } from "../oci/descriptor.ts";
import type { SymlinkPolicy } from "../plugins/collect/directory.ts";
import { platform, repeated, wholeNumber } from "./options.ts";
import { PROFILE_NAMES, type ProfileName } from "./profile_names.ts";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `diff`, as they were given; what was not given is absent. */
export interface DiffFlags extends ReadingFlags {
  readonly text?: boolean;
  readonly unified?: number;
  readonly platform?: Platform;
  readonly profile?: ProfileName | "auto";
  readonly ignore?: readonly string[];
  readonly ignoreFile?: string;
  readonly defaultIgnores?: boolean;
  readonly symlinks?: SymlinkPolicy;
  /** `false` when no configuration file is wanted. */
  readonly config?: string | false;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `diff`. */
export function diffCommand(): Command {
  const command = new Command("diff")
    .description("compare the files of two artifacts or directories: exit code 0 when they are the same, 1 when not")
    .argument("<a>", "oci://…, oci-layout:…, oci-archive:… or a directory")
    .argument("<b>", "the same")
    .optionsGroup("Content:")
    .option("--text", "also the lines that differ, as a unified diff")
    .option("-U, --unified <lines>", "the same, with so many lines of context (default 3)", wholeNumber(0, 1_000_000))
    .option("--platform <os/arch>", "which manifest of an index, such as linux/amd64", platform)
    .optionsGroup("What a push of a directory would publish:")
    .addOption(
      new Option("--profile <profile>", "its profile (default: that of the artifact)")
        .choices(["auto", ...PROFILE_NAMES]),
    )
    .option("--ignore <pattern>", "leave out what matches, gitignore syntax; repeatable", repeated)
    .option("--ignore-file <path>", "read more patterns from a file")
    .option("--default-ignores", "leave out version control metadata and the profile's list (default)")
    .option("--no-default-ignores", "keep what is left out by default, .git included")
    .addOption(
      new Option("--symlinks <policy>", "what to do with symbolic links").choices(["follow", "skip", "error"]),
    )
    .option("--config <path>", "configuration file (default: gantry.jsonc, .json, .yaml or .yml in the directory)")
    .option("--no-config", "read no configuration file");
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
