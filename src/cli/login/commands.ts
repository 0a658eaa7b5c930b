import { Command } from "commander";
import { outputOption } from "../declare_options.ts";
import { withExamples } from "../help/examples.ts";
import type { OutputFormat } from "../output/format_output.ts";
import { addRegistryFlags, type RegistryFlags } from "../places/flags.ts";

/** The flags of `login`, as they were given; what was not given is absent. */
export interface LoginFlags extends RegistryFlags {
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `login`. */
export function loginCommand(): Command {
  const command = new Command("login")
    .description("check credentials with a registry and keep them for the other commands")
    .argument("<host>", "registry, such as ghcr.io or localhost:5000");
  addRegistryFlags(command);
  command.addOption(outputOption());
  return withExamples(command, [
    ["Asks for the user name and the password", "gantry login ghcr.io"],
    [
      "In CI: the password comes by standard input, where no other process sees it",
      'echo "$TOKEN" | gantry login ghcr.io --username acme --password-stdin',
    ],
    [
      "Keep them in a file of their own",
      'echo "$TOKEN" | gantry login ghcr.io -u acme --password-stdin --registry-config ./auth.json',
    ],
  ]);
}

/** The flags of `logout`. */
export interface LogoutFlags extends Pick<RegistryFlags, "registryConfig"> {
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `logout`. */
export function logoutCommand(): Command {
  const command = new Command("logout")
    .description("forget the credentials for a registry")
    .argument("<host>", "registry, such as ghcr.io or localhost:5000")
    .option("--registry-config <path>", "Docker config file to forget the credentials in")
    .addOption(outputOption());
  return withExamples(command, [
    ["Wherever `gantry login` keeps them", "gantry logout ghcr.io"],
    ["A registry with a port", "gantry logout localhost:5000"],
    ["Those in a file of their own", "gantry logout ghcr.io --registry-config ./auth.json"],
  ]);
}
