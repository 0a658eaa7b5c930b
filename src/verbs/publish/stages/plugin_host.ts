import { createHost } from "../../../host/create_host.ts";
import { pluginConsole } from "../../../host/plugin_console.ts";
import type { OpenLayerCache } from "../../../pack/layer_cache.ts";
import type { Log } from "../../../work/context.ts";
import type { Host, PluginCall } from "../../../pipeline/host.ts";
import { VERSION } from "../../../host/version.ts";
import type { Machine } from "../machine.ts";

/** Makes the host of this run's plugins. */
export function pluginHost(
  { env, watch }: Pick<Machine, "env" | "watch">,
  { mode, log, sourceDate, cache }: {
    readonly mode: Host["mode"];
    readonly log: Log;
    readonly sourceDate?: Date | undefined;
    readonly cache?: OpenLayerCache | undefined;
  },
): Host {
  const asPlugin = pluginConsole((id, text) => log.info(`${id}: ${text}`));
  return createHost({
    version: VERSION,
    mode,
    sourceDate,
    env,
    cache,
    during<T>(plugin: PluginCall, work: () => T): T {
      const returned = watch?.(`plugin ${plugin.id} (${plugin.stage})`, plugin.timeout);
      return untilSettled(() => asPlugin(plugin, work), () => returned?.());
    },
  });
}

/** Says when work is over, whether it was done at once or is a promise. */
function untilSettled<T>(work: () => T, over: () => void): T {
  let result: T | undefined;
  try {
    result = work();
    return result;
  } finally {
    if (result instanceof Promise) result.then(over, over);
    else over();
  }
}
