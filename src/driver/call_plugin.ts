import type { Context } from "../work/context.ts";
import type { Instance } from "./instance.ts";
import type { MaybePromise, PluginContext, Stage } from "../pipeline/plugin.ts";
import { pluginContext } from "./plugin_context.ts";
import { PluginError } from "../pipeline/plugin_error.ts";
import { settle } from "./settle.ts";
import { SourceError } from "../pipeline/source_error.ts";
import { StageError } from "../pipeline/stage_error.ts";
import { stageNameOf } from "../pipeline/stages.ts";

/**
 * Calls code of a plugin, and blames the plugin for what goes wrong.
 *
 * A built-in plugin is trusted: it ends when it is aborted, what it throws is meant for people, and what it gives has
 * the type that it says.
 *
 * @throws {StageError} Names the plugin, if it is none of upload: those throw the cause itself. The cause is what a
 *   built-in plugin threw, and a `PluginError` for all others.
 */
export async function callPlugin<S extends Stage, T>(
  instance: Instance<S>,
  context: Context,
  work: (context: PluginContext<S>) => MaybePromise<T>,
): Promise<T> {
  const { id, plugin: { stage } } = instance;
  try {
    if (instance.origin === undefined) return await work(pluginContext(instance, context));
    return await guarded(instance, context, (signal) => work(pluginContext(instance, { ...context, signal })));
  } catch (cause) {
    // Whoever uploads to several places names the place.
    throw stage === "upload" ? cause : StageError.from(cause, stageNameOf(stage), id);
  }
}

/**
 * Calls code of a plugin that is not built in, within its time.
 *
 * @param work Gets the signal that tells it to stop.
 * @throws {PluginError} Blames the plugin for what it throws, and for not coming to an end.
 */
export async function guarded<S extends Stage, T>(
  instance: Instance<S>,
  context: Context,
  work: (signal: AbortSignal) => MaybePromise<T>,
): Promise<T> {
  const { id, host, timeout = Infinity, plugin: { stage } } = instance;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  try {
    return await settle(() => host.during({ id, stage, timeout }, () => work(signal)), {
      host,
      signal: context.signal,
      timeout,
      stop: (reason) => stop.abort(reason),
      tooLong: () =>
        new PluginError(`Plugin ${id} (${stage}) was not done after ${timeout / 1000} s`, {
          code: "PLUGIN_TIMEOUT",
          plugin: id,
          stage,
        }),
      stuck: (why) => new PluginError(`Plugin ${id} (${stage}) ${why}`, { code: "PLUGIN_STUCK", plugin: id, stage }),
    });
  } catch (error) {
    // These say what is wrong, and when all is aborted nobody is to blame.
    if (error instanceof PluginError || error instanceof SourceError || context.signal.aborted) throw error;
    throw threw(error, instance, context);
  }
}

/** What a plugin throws without `context.fail` is its own fault, or it should have said what is wrong. */
function threw(cause: unknown, { id, plugin: { stage } }: Instance, { log }: Context): PluginError {
  if (cause instanceof Error && cause.stack !== undefined) log.debug(`${id}: ${cause.stack}`);
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const did = cause instanceof TypeError && FROZEN_REGEXP.test(cause.message)
    ? "wanted to change what it was given:"
    : "threw";
  return new PluginError(`Plugin ${id} (${stage}) ${did} ${what}`, { code: "PLUGIN_THREW", plugin: id, stage, cause });
}

/** What V8 says of a change to something that is frozen. */
const FROZEN_REGEXP = /read[ -]only property|object is not extensible|^Cannot (?:delete|redefine) property/;
