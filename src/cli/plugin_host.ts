import { createHost } from "../host/create_host.ts";
import { pluginConsole } from "../host/plugin_console.ts";
import type { Log } from "../pipeline/context.ts";
import type { Host } from "../pipeline/host.ts";
import { VERSION } from "../host/version.ts";
import type { World } from "./world.ts";

/** Names of environment variables whose values nobody may read in what gantry writes. */
const SECRET_NAME_REGEXP = /TOKEN|PASSWORD|SECRET|KEY|CREDENTIAL/i;

/** Makes the host of this run's plugins. */
export function pluginHost(
  { env, secrets }: World,
  { mode, log, sourceDate }: { readonly mode: Host["mode"]; readonly log: Log; readonly sourceDate?: Date },
): Host {
  return createHost({
    version: VERSION,
    mode,
    sourceDate,
    env(name): string | undefined {
      const value = env(name);
      if (SECRET_NAME_REGEXP.test(name)) secrets.add(value);
      return value;
    },
    during: pluginConsole((id, text) => log.info(`${id}: ${text}`)),
  });
}
