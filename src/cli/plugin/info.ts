import { makePlugin } from "../../driver/check_plugin.ts";
import { runsInPlan } from "../../driver/runs_in_plan.ts";
import { createKit } from "../../driver/kit.ts";
import { describeSchema } from "../../driver/issue_message.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput, type OutputFormat } from "../output/format_output.ts";
import { loadWithHint } from "./load_with_hint.ts";
import { type OptionRow, optionRows } from "./option_rows.ts";
import { printable } from "../output/printable.ts";
import { type DescribedPlugin, listBuiltIns } from "../../verbs/publish/stages/built_ins.ts";
import { table } from "../output/table.ts";
import type { World } from "../world.ts";

/** What is to know about a plugin. */
export interface PluginInfo {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: number;
  readonly stage: string;
  readonly use: string;
  readonly description?: string;
  /** The environment variables that it reads. */
  readonly env: readonly string[];
  readonly inPlan: "run" | "skip";
  readonly options: readonly OptionRow[];
  /** The JSON Schema of its options. */
  readonly optionsSchema: Readonly<Record<string, unknown>>;
}

/** What `gantry plugin info -o json` prints: a name may stand for several. */
export interface PluginInfos {
  readonly plugins: readonly PluginInfo[];
}

/** `gantry plugin info`: what a plugin is and which options it has. Its module is loaded; it does not run. */
export async function runPluginInfo(
  use: string,
  flags: { readonly output?: OutputFormat },
  world: World,
): Promise<number> {
  const infos = (await pluginsOf(use, world)).map((plugin) => infoOf(plugin, use));
  const format = flags.output ?? "text";
  world.stdout(
    format === "text"
      ? infos.map(text).join("\n")
      : await formatOutput({ plugins: infos } satisfies PluginInfos, format),
  );
  return EXIT.done;
}

/** A name may stand for several: there is `static` for annotations and for tags. */
async function pluginsOf(use: string, world: World): Promise<readonly DescribedPlugin[]> {
  const kit = await createKit();
  const builtIn = await listBuiltIns(kit);
  const same = builtIn.filter(([name]) => name === use);
  if (same.length > 0) return same.map(([, plugin]) => plugin);
  const factory = await loadWithHint(use, {
    base: ".",
    env: (name) => world.declaredEnv([name])[name],
    signal: world.signal,
    known: [...new Set(builtIn.map(([name]) => name))],
  });
  return [makePlugin(factory, kit, use)];
}

function infoOf(
  { name, version, apiVersion, stage, description, env = [], inPlan, options }: DescribedPlugin,
  use: string,
): PluginInfo {
  const optionsSchema = describeSchema(options);
  return {
    name,
    version,
    apiVersion,
    stage,
    use,
    ...(description === undefined ? {} : { description }),
    env,
    inPlan: runsInPlan({ stage, ...(inPlan === undefined ? {} : { inPlan }) }) ? "run" : "skip",
    options: optionRows(optionsSchema),
    optionsSchema,
  };
}

function text(info: PluginInfo): string {
  const { name, version, stage, use, description, env, inPlan, options } = info;
  const rows = options.map(({ name, type, given, description }) => [name, type, given, description]);
  return [
    `${name} ${version}`,
    ...(description === undefined ? [] : [`  ${description}`]),
    `stage        ${stage}${inPlan === "skip" ? ", not in a plan" : ""}`,
    ...(use === name ? [] : [`from         ${use}`]),
    ...(env.length === 0 ? [] : [`environment  ${env.join(", ")}`]),
    ...(rows.length === 0 ? ["options      none"] : []),
  ].map((line) => `${printable(line).replaceAll("\n", " ")}\n`).join("") +
    (rows.length === 0 ? "" : `\n${table([["OPTION", "TYPE", "DEFAULT", "DESCRIPTION"], ...rows])}`);
}
