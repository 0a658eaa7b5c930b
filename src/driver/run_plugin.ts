import { callPlugin } from "./call_plugin.ts";
import type { Context } from "../work/context.ts";
import { deepFreeze } from "./deep_freeze.ts";
import type { Host } from "../pipeline/host.ts";
import type { Instance } from "./instance.ts";
import type { AnyPlugin, Plugin, Skip, Stage, StageIO } from "../pipeline/plugin.ts";
import { readyPlace } from "./ready_place.ts";
import type { Attempt, ReadyPlugin } from "../pipeline/ready_plugin.ts";
import { runsInPlan } from "./runs_in_plan.ts";
import { takeOver } from "./take_over.ts";

/** How a plugin is used, its options checked. */
export interface CheckedUse {
  readonly id?: string;
  readonly options: unknown;
  readonly origin?: string;
  readonly timeout?: number;
}

const MINUTE = 60_000;

/** Makes a plugin that can run of one that was checked. */
export function readyPlugin(
  made: AnyPlugin,
  { id = made.name, options, origin, timeout }: CheckedUse,
  host: Host,
): ReadyPlugin {
  const plugin = made as Plugin;
  const { name, version, stage, description } = plugin;
  const usual = origin === undefined ? undefined : (stage === "upload" ? 60 : 10) * MINUTE;
  const instance: Instance = { plugin, id, origin, options: deepFreeze(options), timeout: timeout ?? usual, host };
  return {
    id,
    name,
    version,
    description,
    stage,
    origin,
    place: made.stage === "upload" ? readyPlace(made, instance as Instance<"upload">) : undefined,
    attempt: (input: StageIO[Stage]["in"], context: Context) => attempt(instance, input, context),
    async run(input: StageIO[Stage]["in"], context: Context): Promise<StageIO[Stage]["out"] | undefined> {
      const { output, skipped } = await attempt(instance, input, context);
      if (skipped !== undefined) {
        const level = origin === undefined ? "debug" : "info";
        context.log[level](`Skipped ${id}: ${skipped}`);
      }
      return output;
    },
  } as ReadyPlugin;
}

async function attempt(
  instance: Instance,
  input: StageIO[Stage]["in"],
  context: Context,
): Promise<Attempt<Stage>> {
  const { plugin, origin, options, host } = instance;
  if (host.mode === "plan" && !runsInPlan(plugin)) return { skipped: "it does not run in a plan" };
  return await callPlugin(instance, context, async (own) => {
    if (origin === undefined) return attemptOf(await plugin.run(input, options, own));
    const given = await plugin.run(deepFreeze(input), options, own);
    const { checkOutput } = await import("./check_output.ts");
    return attemptOf(await takeOver(instance, input, checkOutput(instance, given), context));
  });
}

function attemptOf(output: StageIO[Stage]["out"] | Skip): Attempt<Stage> {
  return isSkip(output) ? output : { output };
}

function isSkip(output: unknown): output is Skip {
  return typeof output === "object" && output !== null && "skipped" in output;
}
