import type { Command } from "commander";
import { exportCommand, importCommand, inventoryCommand } from "./airgap/commands.ts";
import { bareProgram } from "./bare_program.ts";
import { completeCommand, completionCommand } from "./completion/commands.ts";
import { consumersCommand } from "./consumers/commands.ts";
import { doctorCommand } from "./doctor/commands.ts";
import { schemaCommand, versionCommand } from "./help/commands.ts";
import { initCommand } from "./init/commands.ts";
import { loginCommand, logoutCommand } from "./login/commands.ts";
import { manCommand } from "./man/commands.ts";
import { pluginCommand } from "./plugin/commands.ts";
import { publishCommand } from "./publish/commands.ts";
import { attachCommand, keygenCommand, signCommand } from "./sign/commands.ts";
import {
  copyCommand,
  deleteCommand,
  diffCommand,
  inspectCommand,
  listCommand,
  pullCommand,
  tagCommand,
} from "./stored/commands.ts";
import { verifyCommand } from "./verify/commands.ts";
import type { World } from "./world.ts";

/**
 * What a command does: its arguments in their order, its flags and the world, and behind them the whole command line.
 * It gives the exit code.
 */
export type CommandBody = (...given: never[]) => number | Promise<number>;

/** The command that was typed. */
export interface ChosenCommand {
  /** Imports what it does. */
  readonly load: () => Promise<CommandBody>;
  /** Its arguments, and then its flags. */
  readonly given: readonly unknown[];
}

/** One command of the command line. */
interface DeclaredCommand {
  readonly name: string;
  /** Declares its arguments, its flags and its help. */
  readonly declare: () => Command;
  /** Imports what it does: what is imported at start is what every start costs. One with others below it has none. */
  readonly load?: ChosenCommand["load"];
  /** The same for the commands below it, by name. */
  readonly below?: Readonly<Record<string, ChosenCommand["load"]>>;
  /** Set for what no person types. */
  readonly hidden?: boolean;
}

/** Every command, by the headings of the help and in its order. */
const COMMANDS: Readonly<Record<string, readonly DeclaredCommand[]>> = {
  "Publish:": [
    {
      name: "push",
      declare: () => publishCommand("push"),
      load: async () => (await import("./publish/push.ts")).runPush,
    },
    {
      name: "plan",
      declare: () => publishCommand("plan"),
      load: async () => (await import("./publish/plan.ts")).runPlan,
    },
    { name: "init", declare: initCommand, load: async () => (await import("./init/init.ts")).runInit },
    {
      name: "consumers",
      declare: consumersCommand,
      load: async () => (await import("./consumers/consumers.ts")).runConsumers,
    },
  ],
  "Read:": [
    { name: "list", declare: listCommand, load: async () => (await import("./stored/list.ts")).runList },
    { name: "inspect", declare: inspectCommand, load: async () => (await import("./stored/inspect.ts")).runInspect },
    { name: "pull", declare: pullCommand, load: async () => (await import("./stored/pull.ts")).runPull },
    { name: "diff", declare: diffCommand, load: async () => (await import("./stored/diff.ts")).runDiff },
  ],
  "Change:": [
    { name: "tag", declare: tagCommand, load: async () => (await import("./stored/tag.ts")).runTag },
    { name: "sign", declare: signCommand, load: async () => (await import("./sign/sign.ts")).runSign },
    { name: "attach", declare: attachCommand, load: async () => (await import("./sign/attach.ts")).runAttach },
    { name: "keygen", declare: keygenCommand, load: async () => (await import("./sign/keygen.ts")).runKeygen },
    { name: "copy", declare: copyCommand, load: async () => (await import("./stored/copy.ts")).runCopy },
    { name: "delete", declare: deleteCommand, load: async () => (await import("./stored/delete.ts")).runDelete },
  ],
  "Air gap:": [
    { name: "export", declare: exportCommand, load: async () => (await import("./airgap/export.ts")).runExport },
    { name: "verify", declare: verifyCommand, load: async () => (await import("./verify/verify.ts")).runVerify },
    { name: "import", declare: importCommand, load: async () => (await import("./airgap/import.ts")).runImport },
    {
      name: "inventory",
      declare: inventoryCommand,
      load: async () => (await import("./airgap/inventory.ts")).runInventory,
    },
  ],
  "Access:": [
    { name: "login", declare: loginCommand, load: async () => (await import("./login/login.ts")).runLogin },
    { name: "logout", declare: logoutCommand, load: async () => (await import("./login/logout.ts")).runLogout },
  ],
  "Extend:": [
    {
      name: "plugin",
      declare: pluginCommand,
      below: {
        list: async () => (await import("./plugin/list.ts")).runPluginList,
        info: async () => (await import("./plugin/info.ts")).runPluginInfo,
        test: async () => (await import("./plugin/test.ts")).runPluginTest,
        build: async () => (await import("./plugin/build.ts")).runPluginBuild,
        init: async () => (await import("./plugin/init/plugin_init.ts")).runPluginInit,
        types: async () => (await import("./plugin/types.ts")).runPluginTypes,
      },
    },
    { name: "schema", declare: schemaCommand, load: async () => (await import("./config/json_schema.ts")).runSchema },
  ],
  "Help:": [
    {
      name: "completion",
      declare: completionCommand,
      load: async () => (await import("./completion/completion.ts")).runCompletion,
    },
    { name: "man", declare: manCommand, load: async () => (await import("./man/man.ts")).runMan },
    {
      name: "complete",
      declare: completeCommand,
      load: async () => (await import("./completion/completion.ts")).runComplete,
      hidden: true,
    },
    { name: "doctor", declare: doctorCommand, load: async () => (await import("./doctor/doctor.ts")).runDoctor },
    { name: "version", declare: versionCommand, load: async () => (await import("./help/version.ts")).runVersion },
  ],
};

/**
 * Declares the command line.
 *
 * @param choose Told the command that was typed, when it is parsed; nothing has run then.
 * @param options The only command that will be used: to declare the others takes longer than to run most of them. Where
 *   there is none of that name, or it shows the others, all are declared.
 */
export function createProgram(
  world: World,
  choose: (chosen: ChosenCommand) => void,
  { only }: { readonly only?: string | undefined } = {},
): Command {
  const program = bareProgram(world);
  const all = Object.entries(COMMANDS).flatMap(([group, commands]) => commands.map((each) => ({ group, ...each })));
  const alone = all.filter(({ name }) => name === only && !SEES_OTHERS.includes(name));
  for (const { group, declare, load, below = {}, hidden = false } of alone.length > 0 ? alone : all) {
    const command = declare();
    chooses(command, load);
    for (const each of command.commands) chooses(each, below[each.name()]);
    inherit(command, program);
    program.commandsGroup(group);
    program.addCommand(command, { hidden });
  }
  return program;

  function chooses(command: Command, load: ChosenCommand["load"] | undefined): void {
    if (load === undefined && command.commands.length === 0) {
      throw new TypeError(`Nothing says what ${command.name()} does`);
    }
    // The last of what the parser gives is the command itself.
    if (load !== undefined) {
      command.action((...given: readonly unknown[]) => choose({ load, given: given.slice(0, -1) }));
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
