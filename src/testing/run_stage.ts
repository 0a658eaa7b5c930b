import type { Context, Log } from "../work/context.ts";
import { createHost } from "../host/create_host.ts";
import { VERSION } from "../host/version.ts";
import type { Stage, StageIO } from "../pipeline/plugin.ts";
import { PluginError } from "../pipeline/plugin_error.ts";
import { formatPath } from "../driver/format_path.ts";
import { type FactoryOf, prepare } from "../driver/prepare.ts";
import type { ReadyPlugin } from "../pipeline/ready_plugin.ts";
import { StageError } from "../pipeline/stage_error.ts";
import { createScratch } from "../system/scratch.ts";

/** What a plugin is run with. */
export interface StageRun<S extends Stage> {
  /** What flows into its stage. It is frozen. */
  readonly input: StageIO[S]["in"];
  /** Its options, as they would stand in a configuration file. */
  readonly options?: unknown;
  /** Environment variables; the plugin sees those that it declares. */
  readonly env?: Readonly<Record<string, string>>;
  /** The time that stands for now. */
  readonly sourceDate?: Date;
  /** `run` when left out. */
  readonly mode?: "run" | "plan";
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** How long it may take, in milliseconds; what it may take in a pipeline when left out. */
  readonly timeout?: number;
}

/** What a plugin did. */
export interface StageResult<S extends Stage> {
  /** What it gave, checked; `undefined` when it was skipped, or has nothing to give. */
  readonly output: StageIO[S]["out"] | undefined;
  /** Why it was skipped; `undefined` when it was not. */
  readonly skipped: string | undefined;
  /** What it said, in order. */
  readonly logs: readonly LogLine[];
}

/** A message of a plugin. */
export interface LogLine {
  /** How loud it is. */
  readonly level: keyof Log;
  /** What it says. */
  readonly message: string;
}

/**
 * Runs a plugin once, with all that a pipeline does: its options are checked, its input is frozen, what it gives is
 * validated. Everything stays in memory, and no permission is needed that the plugin itself does not need.
 *
 * @param factory The default export of the plugin's file.
 * @throws {PluginError} When it is no plugin, its options are wrong, or it failed: what a user would be told.
 *
 * @example
 * ```ts
 * import { entriesOf, runStage } from "@gantry/gantry/testing";
 * import type { Kit, PluginFactory } from "@gantry/gantry/plugin";
 *
 * const noSecrets = ((kit: Kit) =>
 *   kit.plugin({
 *     name: "acme:no-secrets",
 *     version: "1.0.0",
 *     apiVersion: 1,
 *     stage: "filter",
 *     options: kit.z.strictObject({ suffix: kit.z.string().default(".secret.yaml") }),
 *     run({ entries }, { suffix }) {
 *       const secrets = entries.filter(({ path }) => path.endsWith(suffix));
 *       return { drop: secrets.map(({ path }) => ({ path, reason: `ends in ${suffix}` })) };
 *     },
 *   })) satisfies PluginFactory;
 *
 * const entries = entriesOf({ "app.yaml": "kind: Service", "app.secret.yaml": "kind: Secret" });
 * const { output } = await runStage(noSecrets, { input: { entries } });
 * console.assert(output?.drop[0]?.path === "app.secret.yaml");
 * ```
 */
export async function runStage<S extends Stage>(factory: FactoryOf<S>, run: StageRun<S>): Promise<StageResult<S>> {
  const { input, options, env = {}, sourceDate, mode = "run", timeout } = run;
  const host = createHost({ version: VERSION, mode, env: (name) => env[name], sourceDate });
  const use = { origin: "plugin under test", options, ...(timeout === undefined ? {} : { timeout }) };
  const { plugin, problems, ...unready } = await prepare<S>(factory, use, host);
  if (plugin === undefined) {
    const name = "name" in unready ? unready.name : "";
    const all = problems.map(({ path, message }) => `${formatPath(["options", ...path])}: ${message}`).join("; ");
    throw new PluginError(`Cannot use plugin ${name}: ${all}`, { code: "PLUGIN_OPTIONS", plugin: name });
  }
  const logs: LogLine[] = [];
  await using scratch = createScratch({ memoryLimit: Infinity });
  const context = { signal: run.signal ?? new AbortController().signal, log: logInto(logs, plugin.id), scratch };
  try {
    const ready = plugin as ReadyPlugin<S>;
    const { output, skipped } = await ready.attempt(input, { ...context, progress: () => {} } satisfies Context);
    return { output, skipped, logs };
  } catch (error) {
    throw error instanceof StageError ? error.cause : error;
  }
}

/** Without the prefix that tells plugins of a pipeline apart. */
function logInto(logs: LogLine[], id: string): Log {
  const at = (level: keyof Log) => (message: string): void => {
    logs.push({ level, message: message.startsWith(`${id}: `) ? message.slice(id.length + 2) : message });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn") };
}
