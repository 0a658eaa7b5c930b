/** Plugins for tests, made at once: what `prepare()` does, but for the wait for zod. */
import { makePlugin } from "../../src/driver/check_plugin.ts";
import { parseOptions } from "../../src/driver/parse_options.ts";
import type { FactoryOf, PluginUse } from "../../src/driver/prepare.ts";
import { readyPlugin } from "../../src/driver/run_plugin.ts";
import type { Host } from "../../src/pipeline/host.ts";
import type { Factory, Kit, Stage, StageIO } from "../../src/pipeline/plugin.ts";
import type { ReadyOf, ReadyPlugin } from "../../src/pipeline/ready_plugin.ts";
import { z } from "../../src/pipeline/schema.ts";
import { StageError } from "../../src/pipeline/stage_error.ts";
import type { Context } from "../../src/work/context.ts";
import { fakeHost } from "./fake_host.ts";

/** What factories get. */
export const KIT: Kit = { apiVersion: 1, z, plugin: (plugin) => plugin };

/** Makes a plugin that can run. Without an origin it counts as built in. */
export function prepared<S extends Stage>(
  factory: FactoryOf<S>,
  use: PluginUse = {},
  host: Host = fakeHost(),
): ReadyOf<S> {
  const plugin = makePlugin(factory, KIT, use.origin ?? "built-in");
  const parsed = parseOptions(plugin, use.options);
  if (!parsed.success) throw new TypeError(JSON.stringify(parsed.problems));
  return readyPlugin(plugin, { ...use, options: parsed.options }, host) as ReadyOf<S>;
}

/** Runs a built-in plugin, and throws what the plugin itself throws. */
export async function runBuiltIn<S extends Stage, O>(
  factory: Factory<S, O>,
  { options, input, context, env = {} }: {
    readonly options?: Partial<O>;
    readonly input: StageIO[S]["in"];
    readonly context: Context;
    readonly env?: Readonly<Record<string, string | undefined>>;
  },
): Promise<StageIO[S]["out"] | undefined> {
  const host = fakeHost({ env: (name) => env[name] });
  const plugin = prepared<S>(factory, { options: options ?? {} }, host) as ReadyOf<S> & ReadyPlugin<S>;
  try {
    return await plugin.run(input, context);
  } catch (error) {
    throw error instanceof StageError ? error.cause : error;
  }
}
