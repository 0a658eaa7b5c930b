import { Command } from "commander";
import { VERSION } from "../host/version.ts";
import { helpCommand } from "./help/commands.ts";
import { withExamples } from "./help/examples.ts";
import { HELP_LAYOUT, HELP_WIDTH_LIMIT } from "./help/help_layout.ts";
import type { World } from "./world.ts";

/** Makes the command line without its commands: what is said of all of it, and how help and errors are shown. */
export function bareProgram(world: World): Command {
  const program = new Command("gantry")
    .description("Package a directory as an OCI artifact and publish it to registries and OCI image layouts.")
    .addHelpCommand(helpCommand())
    // `push --version 1.2.3` is not about gantry's own version.
    .enablePositionalOptions()
    .version(VERSION, "--version", "print the version")
    .exitOverride()
    .configureHelp(HELP_LAYOUT)
    .hook("preAction", () => world.begin?.())
    .configureOutput({
      getOutHelpWidth: () => Math.min(world.terminal?.columns() ?? 80, HELP_WIDTH_LIMIT),
      getErrHelpWidth: () => Math.min(world.terminal?.columns() ?? 80, HELP_WIDTH_LIMIT),
      writeOut: world.stdout,
      writeErr: world.stderr,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: () => {},
    });

  return withExamples(program, EXAMPLES);
}

const EXAMPLES = [
  ["What would be published? Needs no network", "gantry plan ./deploy --profile flux --version 1.0.0"],
  ["Publish it for Flux", "gantry push ./deploy oci://ghcr.io/acme/app --profile flux --version 1.0.0"],
  ["Which versions are there?", "gantry list oci://ghcr.io/acme/app"],
  ["Fetch one, verified", "gantry pull oci://ghcr.io/acme/app:1.0.0 ./app"],
  [
    "Carry it over an air gap, with its signatures",
    "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:bundle.tar",
  ],
] as const;
