import { Command, Option } from "commander";
import { referenceForms } from "../../oci/reference.ts";
import { PUBLISHING } from "../../options/publishing.ts";
import { declareOptions, type ParsedFlags } from "../declare_options.ts";
import { addRegistryFlags, type RegistryFlags } from "../places/flags.ts";

/** How results are written on standard output. */
export type OutputFormat = "text" | "json" | "yaml";

/** The flags of `push` and `plan`: those that say what is published, and those of the command line alone. */
export interface PublishFlags extends RegistryFlags {
  /** `false` when no configuration file is wanted. */
  readonly config?: string | false;
  readonly output?: OutputFormat;
  readonly digestFile?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
  readonly stages?: boolean;
  /** What the table of options declares, by the names of its flags. */
  readonly [flag: string]: ParsedFlags[string];
}

/** Declares the arguments and flags that `push` and `plan` share. */
export function publishCommand(name: "push" | "plan"): Command {
  const command = new Command(name)
    .argument("[source]", "directory, file, tar or - for standard input")
    .argument("[target...]", referenceForms("[:TAG]"));
  for (const heading of ["Versions and tags:", "Content:", "Metadata:"]) {
    declareOptions(command, PUBLISHING, { heading });
  }
  addRegistryFlags(command);
  command
    .optionsGroup("Output:")
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]))
    .option("--config <path>", "configuration file (default: gantry.jsonc, .json, .yaml or .yml beside the source)")
    .option("--no-config", "read no configuration file")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens");
  if (name === "plan") {
    command.option(
      "--stages",
      "show which plugins run in which order, and who decided each; loads them, and lets none work",
    );
  }
  if (name === "push") {
    command
      .option("--digest-file <path>", "write the digest to a file")
      .option("--dry-run", "make a plan and contact nobody");
  }
  return command;
}
