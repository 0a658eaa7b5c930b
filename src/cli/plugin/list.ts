import { uncheckedKit } from "../../driver/kit.ts";
import { STAGES } from "../../pipeline/stages.ts";
import { bakedPlugins } from "../../plugins/load/baked.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import { findConfig } from "../config/find_config.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput, type OutputFormat } from "../output/format_output.ts";
import { createLog } from "../output/log.ts";
import { printable } from "../output/printable.ts";
import { listBuiltIns } from "../../verbs/publish/stages/built_ins.ts";
import { configurationOf } from "../config/read_configuration.ts";
import { writtenPipeline } from "../../verbs/publish/stages/written_entries.ts";
import { table } from "../output/table.ts";
import type { World } from "../world.ts";

/** The flags of `plugin list`. */
export interface PluginListFlags {
  readonly config?: string | false;
  readonly output?: OutputFormat;
}

/** One plugin that can be used here. */
export interface ListedPlugin {
  readonly stage: string;
  /** What a configuration writes to use it. */
  readonly use: string;
  /** Absent for what has not been loaded. */
  readonly version?: string;
  /** `built-in`, `baked`, or the place in the configuration that names it. */
  readonly from: string;
  readonly description?: string;
}

/** What `gantry plugin list -o json` prints. */
export interface ListedPlugins {
  /** In the order of the stages. */
  readonly plugins: readonly ListedPlugin[];
}

/** `gantry plugin list`: what is in this program, and what the configuration names. No code of a user's plugin runs. */
export async function runPluginList(source: string, flags: PluginListFlags, world: World): Promise<number> {
  const found = await findConfig({
    source,
    ...(flags.config === undefined ? {} : { explicit: flags.config }),
    readEnv: world.declaredEnv,
  });
  const plugins = [...await builtInPlugins(), ...await bakedOnes(), ...namedIn(found)];
  const inOrder = STAGES.flatMap((stage) => plugins.filter((plugin) => plugin.stage === stage));
  if (plugins.some(({ version }) => version === undefined)) {
    createLog(world, "normal").info(
      "Configured plugins are listed, not run; `gantry plugin info` loads one and shows more",
    );
  }
  const format = flags.output ?? "text";
  world.stdout(
    format === "text" ? text(inOrder) : await formatOutput({ plugins: inOrder } satisfies ListedPlugins, format),
  );
  return EXIT.done;
}

async function builtInPlugins(): Promise<readonly ListedPlugin[]> {
  return (await listBuiltIns(uncheckedKit())).map(([use, { stage, version, description }]) => {
    return { stage, use, version, from: "built-in", ...(description === undefined ? {} : { description }) };
  });
}

async function bakedOnes(): Promise<readonly ListedPlugin[]> {
  return (await bakedPlugins()).map(({ stage, name, version, description }) => ({
    stage,
    use: name,
    version,
    from: "baked",
    ...(description === undefined ? {} : { description }),
  }));
}

/** Those that are no mere names, which are in the program already. */
function namedIn(found: Awaited<ReturnType<typeof findConfig>>): readonly ListedPlugin[] {
  const { stages, custom } =
    writtenPipeline(found === undefined ? {} : { configuration: configurationOf(found) }).written;
  const listed = Object.entries(stages).flatMap(([stage, entries]) => entries.map((entry) => ({ ...entry, stage })));
  return [...listed, ...custom].filter(({ spec }) => specifierKind(spec) !== "name")
    .map(({ stage, spec, place }) => ({ stage, use: spec, from: place }));
}

function text(plugins: readonly ListedPlugin[]): string {
  const rows = plugins.map(({ stage, use, version = "", from, description = "" }) =>
    [stage, use, version, from, description].map((cell) => printable(cell).replaceAll("\n", " "))
  );
  return table([["STAGE", "PLUGIN", "VERSION", "FROM", "DESCRIPTION"], ...rows]);
}
