import type { Stage } from "./plugin.ts";
import { PluginError } from "./plugin_error.ts";

/** Blames a plugin for what it gave. */
export function wrongOutput(
  { id, stage }: { readonly id: string; readonly stage: Stage },
  path: string,
  problem: string,
): PluginError {
  const place = path === "" ? "it" : path;
  return new PluginError(`Plugin ${id} (${stage}) gave a wrong result: ${place} ${problem}`, {
    code: "PLUGIN_OUTPUT",
    plugin: id,
    stage,
    path,
  });
}
