import { Command, Option } from "commander";
import { keyValue } from "./options.ts";
import type { OutputFormat } from "./publish_flags.ts";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `import`, as they were given; what was not given is absent. */
export interface ImportFlags extends ReadingFlags {
  readonly map?: readonly RepositoryMapping[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly receipt?: string;
  readonly output?: OutputFormat;
}

/** Says where artifacts of an origin go. */
export type RepositoryMapping = readonly [from: string, to: string];

/** Declares the arguments and flags of `import`. */
export function importCommand(): Command {
  const command = new Command("import")
    .description("bring an exported bundle into a registry, and contact nothing else")
    .argument("<source>", "oci-layout:PATH or oci-archive:PATH")
    .argument("<target>", "oci://HOST or oci://HOST/PREFIX; each artifact goes to its own repository below it")
    .optionsGroup("Content:")
    .option(
      "--map <from=to>",
      "put HOST/REPOSITORY, or all that begins with HOST/…, into another repository of the target (repeatable)",
      mapping,
    )
    .optionsGroup("Tags:")
    .option("--force", "let a version tag move")
    .optionsGroup("What happens:")
    .option("--dry-run", "show the plan and change nothing")
    .option("-y, --yes", "do not ask")
    .option("--receipt <path>", "write what is there afterwards to a file, as JSON");
  return addReadingFlags(command)
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]));
}

function mapping(text: string, before: readonly RepositoryMapping[] | undefined): readonly RepositoryMapping[] {
  return [...(before ?? []), keyValue(text)];
}
