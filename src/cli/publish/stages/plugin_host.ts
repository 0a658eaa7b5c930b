import { createHost } from "../../../host/create_host.ts";
import { pluginConsole } from "../../../host/plugin_console.ts";
import type { Log } from "../../../work/context.ts";
import type { Host } from "../../../pipeline/host.ts";
import { VERSION } from "../../../host/version.ts";
import type { World } from "../../world.ts";

/** Makes the host of this run's plugins. */
export function pluginHost(
  { declaredEnv }: Pick<World, "declaredEnv">,
  { mode, log, sourceDate }: { readonly mode: Host["mode"]; readonly log: Log; readonly sourceDate?: Date | undefined },
): Host {
  return createHost({
    version: VERSION,
    mode,
    sourceDate,
    env: (name) => declaredEnv([name])[name],
    during: pluginConsole((id, text) => log.info(`${id}: ${text}`)),
  });
}
