import type { Command, CommandOptions } from "commander";
import {
  exportCommand,
  type ExportFlags,
  importCommand,
  type ImportFlags,
  inventoryCommand,
  type InventoryFlags,
} from "./airgap/commands.ts";
import { bareProgram } from "./bare_program.ts";
import { completeCommand, completionCommand } from "./completion/commands.ts";
import type { Shell } from "./completion/shells.ts";
import type { ConsumersFlags } from "./consumers/consumers.ts";
import { consumersCommand } from "./consumers/commands.ts";
import { doctorCommand, type DoctorFlags } from "./doctor/commands.ts";
import { schemaCommand, type SchemaFlags, versionCommand, type VersionFlags } from "./help/commands.ts";
import { initCommand } from "./init/commands.ts";
import type { InitFlags } from "./init/init.ts";
import { loginCommand, type LoginFlags, logoutCommand, type LogoutFlags } from "./login/commands.ts";
import { manCommand } from "./man/commands.ts";
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
import { attachCommand, keygenCommand, signCommand } from "./sign/commands.ts";
import { verifyCommand, type VerifyFlags } from "./verify/commands.ts";
import type { World } from "./world.ts";

/**
 * Declares the command line. The bodies of the commands are imported when they run: what is imported at start is what
 * every start costs.
 *
 * @param done Told the exit code of the command that ran.
 * @param options The only command that will be used: to declare the others takes longer than to run most of them. Where
 *   there is none of that name, or it shows the others, all are declared.
 */
export function createProgram(
  world: World,
  done: (code: number) => void,
  { only }: { readonly only?: string | undefined } = {},
): Command {
  const program = bareProgram(world);
  const declared: {
    readonly name: string;
    readonly make: () => Command;
    readonly options: CommandOptions;
    readonly group: string;
  }[] = [];
  let group: string;
  // The order and the groups of the help are those of this list.
  group = "Publish:";
  add(
    "push",
    () =>
      publishCommand("push")
        .action(async (source: string | undefined, targets: readonly string[], flags: PublishFlags) => {
          const { runPush } = await import("./publish/push.ts");
          done(await runPush(present(source, targets), flags, world));
        }),
  );
  add(
    "plan",
    () =>
      publishCommand("plan")
        .action(async (source: string | undefined, targets: readonly string[], flags: PublishFlags) => {
          const { runPlan } = await import("./publish/plan.ts");
          done(await runPlan(present(source, targets), flags, world));
        }),
  );
  add(
    "init",
    () =>
      initCommand()
        .action(async (directory: string, flags: InitFlags) => {
          const { init } = await import("./init/init.ts");
          done(await init(directory, flags, world));
        }),
  );
  add(
    "consumers",
    () =>
      consumersCommand()
        .action(async (flags: ConsumersFlags) => {
          const { consumers } = await import("./consumers/consumers.ts");
          done(await consumers(flags, world));
        }),
  );

  group = "Read:";
  add(
    "list",
    () =>
      listCommand()
        .action(async (repository: string, flags: ListFlags) => {
          const { runList } = await import("./stored/list.ts");
          done(await runList(repository, flags, world));
        }),
  );
  add(
    "inspect",
    () =>
      inspectCommand()
        .action(async (reference: string, flags: InspectFlags) => {
          const { runInspect } = await import("./stored/inspect.ts");
          done(await runInspect(reference, flags, world));
        }),
  );
  add(
    "pull",
    () =>
      pullCommand()
        .action(async (reference: string, directory: string | undefined, flags: PullFlags) => {
          const { runPull } = await import("./stored/pull.ts");
          done(await runPull(reference, directory, flags, world));
        }),
  );
  add(
    "diff",
    () =>
      diffCommand()
        .action(async (a: string, b: string, flags: DiffFlags) => {
          const { runDiff } = await import("./stored/diff.ts");
          done(await runDiff(a, b, flags, world));
        }),
  );

  group = "Change:";
  add(
    "tag",
    () =>
      tagCommand()
        .action(async (reference: string, tags: readonly string[], flags: TagFlags) => {
          const { runTag } = await import("./stored/tag.ts");
          done(await runTag(reference, tags, flags, world));
        }),
  );
  add("sign", () => signCommand(world, done));
  add("attach", () => attachCommand(world, done));
  add("keygen", () => keygenCommand(world, done));
  add(
    "copy",
    () =>
      copyCommand()
        .action(async (source: string, destinations: readonly string[], flags: CopyFlags) => {
          const { runCopy } = await import("./stored/copy.ts");
          done(await runCopy(source, destinations, flags, world));
        }),
  );
  add(
    "delete",
    () =>
      deleteCommand()
        .action(async (reference: string, flags: DeleteFlags) => {
          const { runDelete } = await import("./stored/delete.ts");
          done(await runDelete(reference, flags, world));
        }),
  );

  group = "Air gap:";
  add(
    "export",
    () =>
      exportCommand()
        .action(async (references: readonly string[], flags: ExportFlags) => {
          const { runExport } = await import("./airgap/export.ts");
          done(await runExport(references, flags, world));
        }),
  );
  add(
    "verify",
    () =>
      verifyCommand()
        .action(async (place: string, flags: VerifyFlags) => {
          const { runVerify } = await import("./verify/verify.ts");
          done(await runVerify(place, flags, world));
        }),
  );
  add(
    "import",
    () =>
      importCommand()
        .action(async (source: string, target: string, flags: ImportFlags) => {
          const { runImport } = await import("./airgap/import.ts");
          done(await runImport(source, target, flags, world));
        }),
  );
  add(
    "inventory",
    () =>
      inventoryCommand()
        .action(async (places: readonly string[], flags: InventoryFlags) => {
          const { runInventory } = await import("./airgap/inventory.ts");
          done(await runInventory(places, flags, world));
        }),
  );

  group = "Access:";
  add(
    "login",
    () =>
      loginCommand()
        .action(async (host: string, flags: LoginFlags) => {
          const { login } = await import("./login/login.ts");
          done(await login(host, flags, world));
        }),
  );
  add(
    "logout",
    () =>
      logoutCommand()
        .action(async (host: string, flags: LogoutFlags) => {
          const { logout } = await import("./login/logout.ts");
          done(await logout(host, flags, world));
        }),
  );

  group = "Extend:";
  add("plugin", () => pluginCommand(world, done));
  add(
    "schema",
    () =>
      schemaCommand()
        .action(async ({ output = "json" }: SchemaFlags) => {
          const [{ configJsonSchema }, { formatOutput }] = await Promise.all([
            import("./config/json_schema.ts"),
            import("./output/format_output.ts"),
          ]);
          world.stdout(await formatOutput(configJsonSchema(), output));
        }),
  );

  group = "Help:";
  add(
    "completion",
    () =>
      completionCommand()
        .action(async (shell: Shell) => {
          const { printCompletionScript } = await import("./completion/completion.ts");
          done(printCompletionScript(shell, world));
        }),
  );
  add(
    "man",
    () =>
      manCommand()
        .action(async (words: readonly string[]) => {
          const { printManPage } = await import("./man/man.ts");
          done(printManPage(words, program, world));
        }),
  );
  add(
    "complete",
    () =>
      completeCommand()
        .action(async (words: readonly string[]) => {
          const { printCompletions } = await import("./completion/completion.ts");
          done(await printCompletions(words, program, world));
        }),
    { hidden: true },
  );
  add(
    "doctor",
    () =>
      doctorCommand()
        .action(async (registry: string | undefined, flags: DoctorFlags) => {
          const { runDoctor } = await import("./doctor/doctor.ts");
          done(await runDoctor(registry, flags, world));
        }),
  );
  add(
    "version",
    () =>
      versionCommand()
        .action(async (flags: VersionFlags) => {
          const { runVersion } = await import("./help/version.ts");
          done(await runVersion(flags, world));
        }),
  );
  declare();
  return program;

  function add(name: string, make: () => Command, options: CommandOptions = {}): void {
    declared.push({ name, make, options, group });
  }

  function declare(): void {
    const alone = declared.filter(({ name }) => name === only && !SEES_OTHERS.includes(name));
    for (const { make, options, group } of alone.length > 0 ? alone : declared) {
      const command = make();
      inherit(command, program);
      program.commandsGroup(group);
      program.addCommand(command, options);
    }
  }
}

/** What is said about other commands by these. */
const SEES_OTHERS: readonly string[] = ["man", "complete"];

/** A command that was made by itself does not take over how errors and help are shown; nor does what is below it. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(below, command);
}

function present(source: string | undefined, targets: readonly string[]): readonly string[] {
  return source === undefined ? [] : [source, ...targets];
}
