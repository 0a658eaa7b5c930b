import { Command } from "commander";
import { outputOption } from "../declare_options.ts";
import { withExamples } from "../help/examples.ts";
import { addRegistryFlags, type RegistryFlags } from "../places/flags.ts";
import type { OutputFormat } from "../output/format_output.ts";

/** The flags of `doctor`, as they were given; what was not given is absent. */
export interface DoctorFlags extends RegistryFlags {
  readonly verbose?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `doctor`. */
export function doctorCommand(): Command {
  const command = new Command("doctor")
    .description("show what gantry runs on, which configuration and credentials it finds, and how a registry answers")
    .argument(
      "[registry]",
      "HOST, or HOST/REPOSITORY to ask for the referrers API as well; none is asked when left out",
    );
  addRegistryFlags(command);
  command
    .optionsGroup("Output:")
    .option("-v, --verbose", "print every request")
    .addOption(outputOption());
  return withExamples(command, [
    ["This machine alone; needs no network", "gantry doctor"],
    ["Who am I at this registry, from which file, and am I let in?", "gantry doctor ghcr.io/acme/app"],
    ["For a bug report: nothing secret is in it", "gantry doctor ghcr.io -o json"],
  ]);
}
