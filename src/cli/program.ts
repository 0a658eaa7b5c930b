import { Command, Option } from "commander";
import { VERSION } from "../host/version.ts";
import {
  exportCommand,
  type ExportFlags,
  importCommand,
  type ImportFlags,
  inventoryCommand,
  type InventoryFlags,
  verifyCommand,
  type VerifyFlags,
} from "./airgap/commands.ts";
import type { ConsumersFlags } from "./consumers/consumers.ts";
import { PROFILE_NAMES } from "../profiles/profiles.ts";
import { HELP_LAYOUT, HELP_WIDTH_LIMIT } from "./help_layout.ts";
import type { InitFlags } from "./init/init.ts";
import { addRegistryFlags, type RegistryFlags } from "./places/flags.ts";
import { pluginCommand } from "./plugin/commands.ts";
import { publishCommand, type PublishFlags } from "./publish/commands.ts";
import {
  copyCommand,
  type CopyFlags,
  deleteCommand,
  type DeleteFlags,
  diffCommand,
  type DiffFlags,
  inspectCommand,
  type InspectFlags,
  listCommand,
  type ListFlags,
  pullCommand,
  type PullFlags,
  tagCommand,
  type TagFlags,
} from "./stored/commands.ts";
import type { World } from "./world.ts";

/**
 * Declares the command line. The bodies of the commands are imported when they run: what is imported at start is what
 * every start costs.
 *
 * @param done Told the exit code of the command that ran.
 */
export function createProgram(world: World, done: (code: number) => void): Command {
  const program = new Command("gantry")
    .description("Package a directory as an OCI artifact and publish it to registries and OCI image layouts.")
    .helpCommand(true)
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

  add(
    publishCommand("push")
      .description("package a source and publish it to every target")
      .action(async (source: string | undefined, targets: readonly string[], flags: PublishFlags) => {
        const { runPush } = await import("./publish/push.ts");
        done(await runPush(present(source, targets), flags, world));
      }),
  );
  add(
    publishCommand("plan")
      .description("show what a push would publish, and contact nobody")
      .action(async (source: string | undefined, targets: readonly string[], flags: PublishFlags) => {
        const { runPlan } = await import("./publish/plan.ts");
        done(await runPlan(present(source, targets), flags, world));
      }),
  );
  const loginCommand = new Command("login")
    .argument("<host>", "registry, such as ghcr.io or localhost:5000")
    .description("check credentials with a registry and keep them for the other commands")
    .action(async (host: string, flags: RegistryFlags) => {
      const { login } = await import("./login/login.ts");
      done(await login(host, flags, world));
    });
  addRegistryFlags(loginCommand);
  add(loginCommand);
  add(
    new Command("logout")
      .argument("<host>", "registry, such as ghcr.io or localhost:5000")
      .option("--registry-config <path>", "Docker config file to forget the credentials in")
      .description("forget the credentials for a registry")
      .action(async (host: string, flags: Pick<RegistryFlags, "registryConfig">) => {
        const { logout } = await import("./login/logout.ts");
        done(await logout(host, flags, world));
      }),
  );
  add(
    pullCommand()
      .action(async (reference: string, directory: string | undefined, flags: PullFlags) => {
        const { runPull } = await import("./stored/pull.ts");
        done(await runPull(reference, directory, flags, world));
      }),
  );
  add(
    listCommand()
      .action(async (repository: string, flags: ListFlags) => {
        const { runList } = await import("./stored/list.ts");
        done(await runList(repository, flags, world));
      }),
  );
  add(
    inspectCommand()
      .action(async (reference: string, flags: InspectFlags) => {
        const { runInspect } = await import("./stored/inspect.ts");
        done(await runInspect(reference, flags, world));
      }),
  );
  add(
    diffCommand()
      .action(async (a: string, b: string, flags: DiffFlags) => {
        const { runDiff } = await import("./stored/diff.ts");
        done(await runDiff(a, b, flags, world));
      }),
  );
  add(
    tagCommand()
      .action(async (reference: string, tags: readonly string[], flags: TagFlags) => {
        const { runTag } = await import("./stored/tag.ts");
        done(await runTag(reference, tags, flags, world));
      }),
  );
  add(
    copyCommand()
      .action(async (source: string, destinations: readonly string[], flags: CopyFlags) => {
        const { runCopy } = await import("./stored/copy.ts");
        done(await runCopy(source, destinations, flags, world));
      }),
  );
  add(
    exportCommand()
      .action(async (references: readonly string[], flags: ExportFlags) => {
        const { runExport } = await import("./airgap/export.ts");
        done(await runExport(references, flags, world));
      }),
  );
  add(
    importCommand()
      .action(async (source: string, target: string, flags: ImportFlags) => {
        const { runImport } = await import("./airgap/import.ts");
        done(await runImport(source, target, flags, world));
      }),
  );
  add(
    inventoryCommand()
      .action(async (places: readonly string[], flags: InventoryFlags) => {
        const { runInventory } = await import("./airgap/inventory.ts");
        done(await runInventory(places, flags, world));
      }),
  );
  add(
    verifyCommand()
      .action(async (place: string, flags: VerifyFlags) => {
        const { runVerify } = await import("./airgap/verify.ts");
        done(await runVerify(place, flags, world));
      }),
  );
  add(
    deleteCommand()
      .action(async (reference: string, flags: DeleteFlags) => {
        const { runDelete } = await import("./stored/delete.ts");
        done(await runDelete(reference, flags, world));
      }),
  );
  add(pluginCommand(world, done));
  add(
    new Command("init")
      .argument("[directory]", "what will be published", ".")
      .addOption(new Option("--profile <profile>", "the shape that an ecosystem expects").choices(PROFILE_NAMES))
      .option("--force", "replace files that are there already")
      .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]))
      .description("write a commented configuration file that fits a directory, and an ignore file")
      .action(async (directory: string, flags: InitFlags) => {
        const { init } = await import("./init/init.ts");
        done(await init(directory, flags, world));
      }),
  );
  add(
    new Command("consumers")
      .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]))
      .description("list who can be asked for with --for: plan, push and inspect say whether they accept an artifact")
      .action(async (flags: ConsumersFlags) => {
        const { consumers } = await import("./consumers/consumers.ts");
        done(await consumers(flags, world));
      }),
  );
  add(
    new Command("schema")
      .description("print the JSON Schema of the configuration file")
      .action(async () => {
        const { configJsonSchema } = await import("./config/json_schema.ts");
        world.stdout(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
      }),
  );
  add(
    new Command("version")
      .description("print the version of gantry and of what it runs on")
      .action(() => world.stdout(`gantry ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})\n`)),
  );
  return program;

  function add(command: Command): void {
    inherit(command, program);
    program.addCommand(command);
  }
}

/** A command that was made by itself does not take over how errors and help are shown; nor does what is below it. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(below, command);
}

function present(source: string | undefined, targets: readonly string[]): readonly string[] {
  return source === undefined ? [] : [source, ...targets];
}
