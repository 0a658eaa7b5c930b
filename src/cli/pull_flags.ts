import { Command, Option } from "commander";
import type { Platform } from "../oci/descriptor.ts";
import type { LinkPolicy, NamePolicy } from "../extract/extraction_rules.ts";
import { byteSize } from "./byte_size.ts";
import { platform, repeated, wholeNumber } from "./options.ts";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `pull`, as they were given; what was not given is absent. */
export interface PullFlags extends ReadingFlags {
  readonly layerType?: readonly string[];
  readonly platform?: Platform;
  readonly outputArchive?: string;
  readonly overwrite?: boolean;
  readonly names?: NamePolicy;
  readonly symlinks?: LinkPolicy;
  readonly maxSize?: number;
  readonly maxEntries?: number;
  readonly maxRatio?: number;
  readonly maxPathLength?: number;
  readonly maxDepth?: number;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `pull`. */
export function pullCommand(): Command {
  const command = new Command("pull")
    .description("verify an artifact and extract it safely")
    .argument("<reference>", "oci://HOST/REPOSITORY[:TAG][@DIGEST], oci-layout:PATH… or oci-archive:PATH…")
    .argument("[directory]", "where its files go; made if absent")
    .optionsGroup("Content:")
    .option("--layer-type <type>", "only layers of this media type or digest; repeatable", repeated)
    .option("--platform <os/arch>", "which manifest of an index, such as linux/amd64", platform)
    .option("--output-archive <file>", "write one layer to a file as it is, instead of extracting")
    .option("--overwrite", "replace files that are there with other content")
    .optionsGroup("Safety:")
    .addOption(
      new Option("--names <policy>", "take names that not every system can hold or tell apart (default portable)")
        .choices(["portable", "any"]),
    )
    .addOption(
      new Option("--symlinks <policy>", "links that stay inside (default keep for images, error for all else)")
        .choices(["keep", "skip", "error"]),
    )
    .option("--max-size <bytes>", "how much it may unpack to (default 10GiB)", byteSize)
    .option("--max-entries <number>", "how many files and directories (default 100000)", wholeNumber(1, 999_999_999))
    .option(
      "--max-ratio <number>",
      "how many times its size an archive may unpack to (default 1000)",
      wholeNumber(1, 999_999_999),
    )
    .option("--max-path-length <bytes>", "how long a path may be (default 1024)", wholeNumber(1, 65_536))
    .option("--max-depth <number>", "how many parts a path may have (default 100)", wholeNumber(1, 1000));
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}
